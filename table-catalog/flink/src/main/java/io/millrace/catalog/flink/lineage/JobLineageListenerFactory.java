package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.lineage.LineageReporter;
import java.time.Clock;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;

/**
 * Has Flink tell every {@link LineageReporter} which jobs start and end, and which tables they read
 * and write: {@code execution.job-status-changed-listeners} names this class.
 *
 * <p>Flink makes a listener where a job is submitted, which sees its start, and one in the job
 * manager, which sees its end.
 */
public final class JobLineageListenerFactory implements JobStatusChangedListenerFactory {

  /**
   * A listener.
   *
   * @throws MillraceException CONFIG_INVALID if there is nobody to tell
   */
  @Override
  public JobStatusChangedListener createListener(Context context) {
    List<LineageReporter> reporters =
        StreamSupport.stream(
                ServiceLoader.load(LineageReporter.class, context.getUserClassLoader())
                    .spliterator(),
                false)
            .toList();
    if (reporters.isEmpty()) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "execution.job-status-changed-listeners names %s, but no %s is on the class path"
              .formatted(getClass().getName(), LineageReporter.class.getName()),
          "add the jar of the reporter to lib/, or take the listener out");
    }
    return new JobLineageListener(reporters, context.getIOExecutor(), Clock.systemUTC());
  }
}
