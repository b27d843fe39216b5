package io.millrace.delta.log;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what a failed file operation means to whoever runs the job. */
public final class StorageFailure {
  /**
   * How Linux and macOS word ENOSPC, EDQUOT and EFBIG; Java passes the words on, not the number.
   */
  private static final List<String> DISK_FULL_WORDS =
      List.of("no space left on device", "quota exceeded", "file too large", "not enough space");

  private StorageFailure() {}

  /** True if the storage had no room, anywhere in the chain of causes. */
  public static boolean isDiskFull(@Nullable Throwable failure) {
    for (Throwable t = failure; t != null && t != t.getCause(); t = t.getCause()) {
      String message = t.getMessage();
      if (t instanceof IOException && message != null) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (DISK_FULL_WORDS.stream().anyMatch(lower::contains)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * The failure to throw.
   *
   * @param what what was being done, such as {@code "writing log entry 7 of table t"}
   * @param path the file or folder concerned
   */
  public static MillraceException of(String what, String path, Throwable cause) {
    if (isDiskFull(cause)) {
      return new MillraceException(
          ErrorCode.DISK_FULL,
          "%s failed: no room at %s".formatted(what, path),
          "free or add disk space; nothing half-written is visible, and the job goes on from its last checkpoint",
          cause);
    }
    if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
      return new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "%s failed: %s is not there".formatted(what, path),
          "restore the file, or the table to a version that does not need it",
          cause);
    }
    if (cause instanceof AccessDeniedException) {
      return new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "%s failed: access to %s is denied".formatted(what, path),
          "give the user of this process the right to read and write there",
          cause);
    }
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "%s failed at %s: %s".formatted(what, path, cause.getMessage()),
        "see the cause below; when the storage works again, the job goes on from its last checkpoint",
        cause);
  }
}
