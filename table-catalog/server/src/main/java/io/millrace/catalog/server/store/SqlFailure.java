package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;

/**
 * What an error of the database means for who asked. Databases put values into their messages, so
 * that those of errors that come from values go no further.
 */
final class SqlFailure {
  private static final String TOO_LONG = "22001";
  private static final String TOO_LONG_FOR_INDEX = "54000";

  private SqlFailure() {}

  /** The error of the database in a chain of causes. */
  static Optional<SQLException> in(Throwable failure) {
    Throwable at = failure;
    while (at != null) {
      if (at instanceof SQLException found) {
        return Optional.of(found);
      }
      at = at.getCause() == at ? null : at.getCause();
    }
    return Optional.empty();
  }

  /** Of a write; but for IO_FAILED, nothing was changed. */
  static MillraceException ofWrite(JdbiException e) {
    Optional<SQLException> found = in(e);
    String state = found.map(SQLException::getSQLState).orElse("");
    if (state.equals(TOO_LONG) || state.equals(TOO_LONG_FOR_INDEX)) {
      return new MillraceException(
          ErrorCode.LIMIT_EXCEEDED,
          "the catalog's database has no room for a value this long (SQLSTATE %s)".formatted(state),
          "use shorter names and locations");
    }
    if (state.startsWith("22")) {
      return new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "the catalog's database does not take a value (SQLSTATE %s)".formatted(state),
          "use no control characters in names");
    }
    if (state.startsWith("23")) {
      return taken(found.orElseThrow());
    }
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "the catalog's database failed, it is not known whether it was changed: " + told(e),
        "look whether the change is there, and make it again if it is not",
        e);
  }

  /** The database has what the state does not: something else than this program wrote to it. */
  private static MillraceException taken(SQLException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    ErrorCode code = ErrorCode.STATE_CORRUPT;
    if (message.contains("securable_name")) {
      code = ErrorCode.SECURABLE_EXISTS;
    } else if (message.contains("securable_location")) {
      code = ErrorCode.LOCATION_OVERLAPS;
    }
    return new MillraceException(
        code,
        "the catalog's database holds something that this instance does not know of (SQLSTATE %s)"
            .formatted(e.getSQLState()),
        "start this instance again, and let nothing else write to its database");
  }

  /** The first line of what the database said, without the statement. */
  static String told(Throwable failure) {
    Throwable said = in(failure).<Throwable>map(e -> e).orElse(failure);
    String message = String.valueOf(said.getMessage());
    int end = message.indexOf("; SQL statement:");
    return (end < 0 ? message : message.substring(0, end)).lines().findFirst().orElse("");
  }
}
