package io.millrace.catalog.server.store;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/**
 * Ids and times as each database keeps them. PostgreSQL has types for both; SQLite has the 16 bytes
 * of an id, and of a time the microseconds since 1970, which are in the order of the times.
 */
public final class Columns {
  private static final int ID_BYTES = 16;

  private Columns() {}

  /** Has statements bind ids and times as SQLite keeps them, and read ids. */
  static void useSqliteTypes(Jdbi jdbi) {
    jdbi.registerArgument(
        new AbstractArgumentFactory<UUID>(Types.BINARY) {
          @Override
          protected Argument build(UUID id, ConfigRegistry config) {
            return (position, statement, context) -> statement.setBytes(position, bytes(id));
          }
        });
    jdbi.registerArgument(
        new AbstractArgumentFactory<OffsetDateTime>(Types.BIGINT) {
          @Override
          protected Argument build(OffsetDateTime time, ConfigRegistry config) {
            return (position, statement, context) ->
                statement.setLong(position, ChronoUnit.MICROS.between(Instant.EPOCH, time));
          }
        });
    jdbi.registerColumnMapper(UUID.class, (row, column, context) -> id(row, column));
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(ID_BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /** An id that is there. */
  public static UUID id(ResultSet row, int column) throws SQLException {
    return idIfAny(row, column)
        .orElseThrow(() -> new SQLException("column " + column + " is NULL, expected an id"));
  }

  /** An id; empty of NULL. */
  public static Optional<UUID> idIfAny(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof UUID id) {
      return Optional.of(id);
    }
    if (value instanceof byte[] bytes && bytes.length == ID_BYTES) {
      ByteBuffer halves = ByteBuffer.wrap(bytes);
      return Optional.of(new UUID(halves.getLong(), halves.getLong()));
    }
    throw new SQLException("column " + column + " holds no id");
  }

  /** A time that is there. */
  public static Instant time(ResultSet row, int column) throws SQLException {
    return timeIfAny(row, column)
        .orElseThrow(() -> new SQLException("column " + column + " is NULL, expected a time"));
  }

  /** A time; empty of NULL. */
  public static Optional<Instant> timeIfAny(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Timestamp time) {
      return Optional.of(time.toInstant());
    }
    if (value instanceof Number micros) {
      return Optional.of(Instant.EPOCH.plus(micros.longValue(), ChronoUnit.MICROS));
    }
    throw new SQLException("column " + column + " holds no time");
  }
}
