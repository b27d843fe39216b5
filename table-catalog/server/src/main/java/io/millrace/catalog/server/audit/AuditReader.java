package io.millrace.catalog.server.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.store.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** Reads the audit log, the newest events first. Asks nobody who may. Thread-safe. */
public final class AuditReader {
  /** Most events of one page. */
  public static final int PAGE_MAX = 10_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> PARAMETERS = new TypeReference<>() {};

  private final Jdbi jdbi;

  public AuditReader(Jdbi jdbi) {
    this.jdbi = requireNonNull(jdbi, "jdbi is null");
  }

  /** An event with its number, which grows with the order in which events are written. */
  public record Line(long number, AuditEvent event) {}

  /**
   * Some events.
   *
   * @param next token of the page behind this one; empty of the last
   */
  public record Page(List<Line> lines, Optional<String> next) {
    public Page {
      lines = List.copyOf(lines);
    }
  }

  /**
   * A page.
   *
   * @param token of the page before; empty for the first
   */
  public Page page(AuditFilter filter, int size, Optional<String> token) {
    if (size < 1 || size > PAGE_MAX) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "max_results is %d, expected 1 to %,d".formatted(size, PAGE_MAX),
          "ask for a page after the other");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    List<String> conditions = conditions(filter, values);
    token
        .map(Position::of)
        .ifPresent(
            position -> {
              conditions.add("(at < :after OR (at = :after AND id < :afterId))");
              values.put("after", time(position.at()));
              values.put("afterId", position.number());
            });
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    try {
      List<Line> lines =
          jdbi.withHandle(
              handle ->
                  handle
                      .createQuery(
                          "SELECT id, at, principal, principal_name, action, securable_type,"
                              + " full_name, parameters, outcome, reason, request_id,"
                              + " source_address FROM audit_event"
                              + where
                              + " ORDER BY at DESC, id DESC LIMIT "
                              + (size + 1))
                      .bindMap(values)
                      .map((row, context) -> line(row))
                      .list());
      boolean more = lines.size() > size;
      List<Line> shown = more ? lines.subList(0, size) : lines;
      return new Page(
          shown, more ? Optional.of(Position.of(shown.get(size - 1)).token()) : Optional.empty());
    } catch (JdbiException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the audit log cannot be read: " + e.getMessage(),
          "look at the catalog's database",
          e);
    }
  }

  private static List<String> conditions(AuditFilter filter, Map<String, Object> values) {
    List<String> conditions = new ArrayList<>();
    filter
        .from()
        .ifPresent(
            from -> {
              conditions.add("at >= :from");
              values.put("from", time(from));
            });
    filter
        .to()
        .ifPresent(
            to -> {
              conditions.add("at < :to");
              values.put("to", time(to));
            });
    folded("principal_name", "principal", filter.principal(), conditions, values);
    text("action", "action", filter.action(), conditions, values);
    text("securable_type", "type", filter.securableType(), conditions, values);
    folded("full_name", "name", filter.fullName(), conditions, values);
    text("outcome", "outcome", filter.outcome().map(Enum::name), conditions, values);
    return conditions;
  }

  private static void text(
      String column,
      String name,
      Optional<String> value,
      List<String> conditions,
      Map<String, Object> values) {
    value.ifPresent(
        wanted -> {
          conditions.add(column + " = :" + name);
          values.put(name, wanted);
        });
  }

  /** In whatever case, as far as the database knows of cases: SQLite does of ASCII's letters. */
  private static void folded(
      String column,
      String name,
      Optional<String> value,
      List<String> conditions,
      Map<String, Object> values) {
    value.ifPresent(
        wanted -> {
          conditions.add("LOWER(%s) = LOWER(:%s)".formatted(column, name));
          values.put(name, wanted);
        });
  }

  private static OffsetDateTime time(Instant at) {
    return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
  }

  private static Line line(ResultSet row) throws SQLException {
    return new Line(
        row.getLong(1),
        new AuditEvent(
            Columns.time(row, 2),
            Columns.idIfAny(row, 3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            row.getString(7),
            parameters(row.getString(8)),
            AuditEvent.Outcome.valueOf(row.getString(9)),
            row.getString(10),
            row.getString(11),
            row.getString(12)));
  }

  private static Map<String, String> parameters(String json) {
    try {
      return JSON.readValue(json, PARAMETERS);
    } catch (JsonProcessingException e) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "the audit log holds something that this release cannot read: " + e.getOriginalMessage(),
          "start the release that wrote it",
          e);
    }
  }

  private record Position(Instant at, long number) {
    static Position of(Line line) {
      return new Position(line.event().at(), line.number());
    }

    static Position of(String token) {
      int split = token.indexOf('_');
      try {
        return new Position(
            Instant.parse(token.substring(0, Math.max(split, 0))),
            Long.parseLong(token.substring(split + 1)));
      } catch (DateTimeException | NumberFormatException e) {
        throw new MillraceException(
            ErrorCode.ARGUMENT_INVALID,
            "page_token is none that was given out",
            "begin with the first page, without page_token");
      }
    }

    String token() {
      return at + "_" + number;
    }
  }
}
