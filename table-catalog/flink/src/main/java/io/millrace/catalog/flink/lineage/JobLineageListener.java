package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.lineage.JobDataset;
import io.millrace.catalog.lineage.JobEnded;
import io.millrace.catalog.lineage.JobStarted;
import io.millrace.catalog.lineage.LineageReporter;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.core.execution.JobExecutionStatusEvent;
import org.apache.flink.core.execution.JobStatusChangedEvent;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.runtime.execution.JobCreatedEvent;
import org.apache.flink.util.SerializedThrowable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on what Flink tells about a job, without what may be secret: of a data set its name and
 * its store, never its facets, in which connectors put their options; of a failure its kind.
 */
final class JobLineageListener implements JobStatusChangedListener {
  private static final Logger LOG = LoggerFactory.getLogger(JobLineageListener.class);

  private final List<LineageReporter> reporters;
  private final Executor executor;
  private final Clock clock;

  JobLineageListener(List<LineageReporter> reporters, Executor executor, Clock clock) {
    this.reporters = List.copyOf(reporters);
    this.executor = executor;
    this.clock = clock;
  }

  /** Never throws: Flink's job manager takes what a listener throws for a fault of its own. */
  @Override
  public void onEvent(JobStatusChangedEvent event) {
    try {
      if (event instanceof JobCreatedEvent created) {
        JobStarted job = started(created);
        tell(event, reporter -> reporter.started(job));
      } else if (event instanceof JobExecutionStatusEvent changed
          && changed.newStatus().isGloballyTerminalState()) {
        JobEnded job = ended(changed);
        tell(event, reporter -> reporter.ended(job));
      }
    } catch (RuntimeException e) {
      LOG.error("What a job reads and writes is not told. job={}", event.jobId(), e);
    }
  }

  private JobStarted started(JobCreatedEvent created) {
    return new JobStarted(
        created.jobId().toHexString(),
        created.jobName(),
        created.executionMode() != RuntimeExecutionMode.BATCH,
        clock.instant(),
        datasets(created.lineageGraph().sources()),
        datasets(created.lineageGraph().sinks()));
  }

  private JobEnded ended(JobExecutionStatusEvent changed) {
    return new JobEnded(
        changed.jobId().toHexString(),
        changed.jobName(),
        outcome(changed.newStatus()),
        clock.instant(),
        changed.newStatus() == JobStatus.FAILED ? failure(changed.exception()) : null);
  }

  private void tell(JobStatusChangedEvent event, Consumer<LineageReporter> message) {
    Runnable all = () -> reporters.forEach(reporter -> tell(event, message, reporter));
    try {
      executor.execute(all);
    } catch (RejectedExecutionException e) {
      all.run(); // the job manager is closing; this is the last that it says
    }
  }

  private static void tell(
      JobStatusChangedEvent event, Consumer<LineageReporter> message, LineageReporter reporter) {
    try {
      message.accept(reporter);
    } catch (RuntimeException e) {
      LOG.error(
          "A reporter of lineage failed; the job goes on. job={} reporter={}",
          event.jobId(),
          reporter.getClass().getName(),
          e);
    }
  }

  private static JobEnded.Outcome outcome(JobStatus status) {
    return switch (status) {
      case FINISHED -> JobEnded.Outcome.FINISHED;
      case CANCELED -> JobEnded.Outcome.CANCELED;
      default -> JobEnded.Outcome.FAILED;
    };
  }

  private static String failure(@Nullable Throwable cause) {
    if (cause == null) {
      return "unknown";
    }
    MillraceException known = MillraceException.in(cause);
    if (known != null) {
      return known.code().name();
    }
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root instanceof SerializedThrowable serialized
        ? serialized.getOriginalErrorClassName()
        : root.getClass().getName();
  }

  private static List<JobDataset> datasets(List<? extends LineageVertex> vertices) {
    return vertices.stream()
        .flatMap(vertex -> vertex.datasets().stream())
        .map(JobLineageListener::dataset)
        .toList();
  }

  private static JobDataset dataset(LineageDataset dataset) {
    return new JobDataset(withoutSecrets(dataset.namespace()), withoutSecrets(dataset.name()));
  }

  /** A URL without its user and password, and without its query, where drivers look for more. */
  static String withoutSecrets(@Nullable String url) {
    if (url == null) {
      return "";
    }
    String plain = url.replaceFirst("[?;#].*", "");
    return plain.replaceFirst("(?<=//)[^/]*@", "");
  }
}
