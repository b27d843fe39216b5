package io.millrace.jobs.pipeline;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.checkpoint.FailedCheckpointStats;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.jspecify.annotations.Nullable;

/** Says in our words why a job of Flink failed, or does not get on. */
final class RunFailures {
  private static final long MEGABYTE = 1024 * 1024;

  private final String pipeline;
  private final Path root;

  RunFailures(String pipeline, Path root) {
    this.pipeline = pipeline;
    this.root = root;
  }

  /** What ended the job. */
  MillraceException of(Throwable cause) {
    return explain(cause, "starting it again goes on from the last checkpoint");
  }

  /** What has kept the job from completing a checkpoint since the last complete one. */
  Optional<MillraceException> since(AccessExecutionGraph graph) {
    CheckpointStatsSnapshot checkpoints = graph.getCheckpointStatsSnapshot();
    CompletedCheckpointStats completed =
        checkpoints == null ? null : checkpoints.getHistory().getLatestCompletedCheckpoint();
    long good = completed == null ? 0 : completed.getLatestAckTimestamp();
    ErrorInfo error = graph.getFailureInfo();
    if (error != null && error.getTimestamp() > good) {
      Throwable cause = error.getException().deserializeError(RunFailures.class.getClassLoader());
      return Optional.of(explain(cause, "Flink restarts it by itself"));
    }
    FailedCheckpointStats failed =
        checkpoints == null ? null : checkpoints.getHistory().getLatestFailedCheckpoint();
    if (failed != null && failed.getFailureTimestamp() > good && !isEarly(failed)) {
      return Optional.of(checkpointFailed(failed));
    }
    return Optional.empty();
  }

  /** A checkpoint that was due while the tasks were still starting is no failure. */
  private static boolean isEarly(FailedCheckpointStats failed) {
    String why = String.valueOf(failed.getFailureMessage());
    return why.contains("is not being executed at the moment")
        || why.contains("Not all required tasks are currently running");
  }

  private MillraceException checkpointFailed(FailedCheckpointStats failed) {
    String why = String.valueOf(failed.getFailureMessage());
    // Flink keeps the reason's name only, not the cause.
    if (isDiskFull(why) || root.toFile().getUsableSpace() < MEGABYTE) {
      return diskFull(why, null);
    }
    return new MillraceException(
        ErrorCode.PIPELINE_FAILED,
        "checkpoint %d of pipeline %s failed: %s"
            .formatted(failed.getCheckpointId(), pipeline, why.lines().findFirst().orElse("")),
        "the next one is tried by itself; if they keep failing, look into the log");
  }

  private MillraceException explain(Throwable cause, String next) {
    MillraceException known = MillraceException.in(cause);
    if (known != null && known.code() != ErrorCode.IO_FAILED) {
      return known;
    }
    Throwable deepest = cause;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    if (isDiskFull(String.valueOf(deepest.getMessage()))) {
      return diskFull(String.valueOf(deepest.getMessage()), cause);
    }
    if (known != null) {
      return known;
    }
    return new MillraceException(
        ErrorCode.PIPELINE_FAILED,
        "pipeline %s failed: %s: %s"
            .formatted(pipeline, deepest.getClass().getSimpleName(), deepest.getMessage()),
        "look into the log; " + next,
        cause);
  }

  private static boolean isDiskFull(String message) {
    return message.contains("No space left on device") || message.contains("Disk quota exceeded");
  }

  private MillraceException diskFull(String message, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.DISK_FULL,
        "pipeline %s cannot write, the disk of %s has %d MB left: %s"
            .formatted(
                pipeline,
                root,
                root.toFile().getUsableSpace() / MEGABYTE,
                message.lines().findFirst().orElse("")),
        "free some room: nothing is lost, and it goes on from the last checkpoint",
        cause);
  }
}
