package io.millrace.delta.source;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** What goes wrong with a data file, as failures that name it and its version. */
final class ReadFailures {
  private ReadFailures() {}

  static MillraceException of(String tablePath, DeltaSplit split, Exception failure) {
    if (failure instanceof MillraceException known) {
      return known;
    }
    String which =
        "data file %s of table %s (read for version %d)"
            .formatted(split.path(), tablePath, split.version());
    if (failure instanceof FileNotFoundException || failure instanceof NoSuchFileException) {
      return new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          which + " is not there: it was deleted, perhaps by VACUUM",
          "read a later version, or restore the file",
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
