package io.millrace.delta.source;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.log.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** What goes wrong with a data file, as failures that name it and its versions. */
final class ReadFailures {
  private ReadFailures() {}

  /**
   * The failure as it should be thrown: one that would come again after every restart ends the job,
   * with the {@link MillraceException} in its chain of causes; any other is thrown as it is.
   */
  static RuntimeException unlessCurable(Throwable failure) {
    MillraceException known = MillraceException.in(failure);
    if (known != null && !isCurable(known.code())) {
      return new SuppressRestartsException(failure);
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(failure);
  }

  private static boolean isCurable(ErrorCode code) {
    return switch (code) {
      case DISK_FULL, DIRECTORY_UNWRITABLE, IO_FAILED, INTERNAL -> true;
      default -> false;
    };
  }

  /**
   * Names the file, the version that it is read for, and the one that added it if that is known.
   */
  static MillraceException of(String tablePath, DeltaSplit split, Exception failure) {
    if (failure instanceof MillraceException known) {
      return known;
    }
    OptionalLong added = new LogTail(tablePath).versionThatAdded(split.path());
    String which =
        "data file %s of table %s (%sread for version %d)"
            .formatted(
                split.path(),
                tablePath,
                added.isPresent() ? "added by version %d, ".formatted(added.getAsLong()) : "",
                split.version());
    if (failure instanceof FileNotFoundException || failure instanceof NoSuchFileException) {
      return new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          which + " is not there: it was deleted, perhaps by VACUUM",
          "restore the file, or the table to a version that does not need it; a reader that fell"
              + " behind starts anew, without its state: from a later version ('starting-version'),"
              + " or without a start, which reads all rows of the latest version; and let VACUUM"
              + " keep files for longer than readers are behind",
          failure);
    }
    if (failure instanceof IOException && StorageFailure.isDiskFull(failure)) {
      return StorageFailure.of("reading " + which, split.path(), failure);
    }
    return new MillraceException(
        ErrorCode.TABLE_CORRUPT,
        which + " cannot be read: " + failure,
        "restore the file, or the table to a version that does not need it",
        failure);
  }
}
