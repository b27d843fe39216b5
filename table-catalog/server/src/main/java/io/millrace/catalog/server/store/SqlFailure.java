package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteException;

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

  /** The SQLSTATE, which SQLite has none of. */
  private static String state(SQLException e) {
    if (e instanceof SQLiteException sqlite) {
      return switch (sqlite.getResultCode()) {
        case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY -> "23505";
        case SQLITE_CONSTRAINT_FOREIGNKEY -> "23503";
        case SQLITE_CONSTRAINT_NOTNULL -> "23502";
        // Lengths are all that is checked: SQLite does not look at those of types.
        case SQLITE_CONSTRAINT_CHECK, SQLITE_TOOBIG -> TOO_LONG;
        default -> "";
      };
    }
    return Optional.ofNullable(e.getSQLState()).orElse("");
  }

  /** Of a write; but for IO_FAILED, nothing was changed. */
  static MillraceException ofWrite(JdbiException e) {
    Optional<SQLException> found = in(e);
    String state = found.map(SqlFailure::state).orElse("");
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
    // PostgreSQL names the constraint, SQLite its columns.
    if (message.contains("securable_name") || message.contains("securable.folded_name")) {
      code = ErrorCode.SECURABLE_EXISTS;
    } else if (message.contains("securable_location") || message.contains("securable.location")) {
      code = ErrorCode.LOCATION_OVERLAPS;
    }
    return new MillraceException(
        code,
        "the catalog's database holds something that this instance does not know of (SQLSTATE %s)"
            .formatted(state(e)),
        "start this instance again, and let nothing else write to its database");
  }

  /** The first line of what the database said. */
  static String told(Throwable failure) {
    Throwable said = in(failure).<Throwable>map(e -> e).orElse(failure);
    return String.valueOf(said.getMessage()).lines().findFirst().orElse("");
  }
}
