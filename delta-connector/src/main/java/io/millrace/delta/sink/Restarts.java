package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** Which failures of the sink a restart of the job can cure. */
public final class Restarts {
  private Restarts() {}

  /**
   * The failure as it should be thrown: one that would come again after every restart ends the job,
   * with the {@link MillraceException} in its chain of causes; any other is thrown as it is.
   */
  public static Exception unlessCurable(Exception failure) {
    MillraceException known = MillraceException.in(failure);
    if (known == null || isCurable(known.code())) {
      return failure;
    }
    return failure instanceof SuppressRestartsException
        ? failure
        : new SuppressRestartsException(failure);
  }

  private static boolean isCurable(ErrorCode code) {
    return switch (code) {
      case BROKER_UNREACHABLE,
          DIRECTORY_UNWRITABLE,
          DISK_FULL,
          FILE_NOT_FOUND,
          IO_FAILED,
          PIPELINE_FAILED,
          INTERNAL ->
          true;
      default -> false;
    };
  }
}
