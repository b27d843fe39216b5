package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a project.
 *
 * @param code what kind of mistake
 * @param position where; null where no place in a file is to blame
 * @param message what is wrong, with the words involved; never the value of a variable
 * @param excerpt the offending line and a caret below the column, indented; empty if there is none
 * @param remedy what to do about it
 */
public record Problem(
    ErrorCode code, @Nullable Position position, String message, String excerpt, String remedy)
    implements Serializable {

  public Problem {
    requireNonNull(code, "code is null");
    requireNonNull(message, "message is null");
    requireNonNull(excerpt, "excerpt is null");
    requireNonNull(remedy, "remedy is null");
  }

  /** A problem without a line to show. */
  public static Problem at(
      ErrorCode code, @Nullable Position position, String message, String remedy) {
    return new Problem(code, position, message, "", remedy);
  }

  /** {@code file:line:column: message}, then the excerpt; without the remedy. */
  String described() {
    String where = position == null ? "" : position + ": ";
    return where + message + (excerpt.isEmpty() ? "" : "\n" + excerpt);
  }
}
