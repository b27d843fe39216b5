package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * What the demo's tables must hold, computed as a batch by DuckDB from the source files and the
 * poison plan. It shares the events with the pipeline, and nothing else: the rules, the join, the
 * deduplication and the aggregates are said again here, in DuckDB's SQL.
 *
 * <p>Leaves one table per table of the pipeline in the schema {@value #SCHEMA} of the connection.
 */
final class FlightOracle {
  static final String SCHEMA = "expected";

  private static final String CLEAN_DOCUMENT =
      """
      format('{{"flight_id":{},"date":"{}","delay":{},"distance":{},"origin":"{}","destination":"{}"}}',
             flight_id, strftime(departed_at, '%Y-%m-%dT%H:%M:%S'), delay, distance, origin, destination)""";

  private final Connection duckdb;
  private final Path flights;
  private final Path airports;

  FlightOracle(Connection duckdb, Path flights, Path airports) {
    this.duckdb = requireNonNull(duckdb, "duckdb is null");
    this.flights = requireNonNull(flights, "flights is null");
    this.airports = requireNonNull(airports, "airports is null");
  }

  /**
   * Computes everything.
   *
   * @throws MillraceException INTERNAL if DuckDB refuses
   */
  void compute(PoisonPlan plan, long events) {
    try (Statement sql = duckdb.createStatement()) {
      sql.execute("CREATE SCHEMA " + SCHEMA);
      sql.execute(
          """
          CREATE TABLE poison (
            event BIGINT, malformed BOOLEAN, raw BLOB, text VARCHAR, flight_id BIGINT, departed_at TIMESTAMP,
            delay INT, distance INT, origin VARCHAR, destination VARCHAR)""");
      appendPoison(plan, events);
      sql.execute(
          """
          CREATE VIEW source AS
          SELECT file_row_number AS event, file_row_number + 1 AS flight_id,
                 date::TIMESTAMP AS departed_at, delay::INT AS delay, distance::INT AS distance,
                 origin, destination
          FROM read_parquet(%s, file_row_number = true)
          WHERE file_row_number < %d"""
              .formatted(DuckDb.literal(flights.toString()), events));
      sql.execute(
          """
          CREATE VIEW events AS
          FROM poison
          UNION ALL
          SELECT event, false, encode(text), text,
                 flight_id, departed_at, delay, distance, origin, destination
          FROM (SELECT *, %s AS text FROM source) ANTI JOIN poison USING (event)"""
              .formatted(CLEAN_DOCUMENT));
      sql.execute(
          """
          CREATE VIEW airports AS
          SELECT iata, city, state
          FROM read_csv(%s, header = true, all_varchar = true, nullstr = '')"""
              .formatted(DuckDb.literal(airports.toString())));
      // The first rule that a row breaks, in the order of the pipeline's constraints.
      sql.execute(
          """
          CREATE VIEW judged AS
          SELECT event, malformed, raw, text, flight_id, departed_at, delay, distance,
                 origin, o.city AS origin_city, o.state AS origin_state,
                 destination, d.city AS destination_city, d.state AS destination_state,
                 CASE WHEN malformed THEN 'malformed'
                      WHEN o.iata IS NULL THEN 'known_origin'
                      WHEN d.iata IS NULL THEN 'known_destination'
                      WHEN delay NOT BETWEEN -120 AND 1800 THEN 'plausible_delay'
                      WHEN distance NOT BETWEEN 20 AND 5200 THEN 'plausible_distance'
                      WHEN departed_at NOT BETWEEN '2001-01-01' AND '2001-07-01 23:59:59.999'
                        THEN 'departed_in_range'
                 END AS broken_rule
          FROM events
          LEFT JOIN airports o ON o.iata = origin
          LEFT JOIN airports d ON d.iata = destination""");
      for (String table : TABLES) {
        sql.execute("CREATE TABLE " + SCHEMA + "." + table);
      }
    } catch (SQLException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "DuckDB cannot compute what the tables must hold: " + e.getMessage(),
          "report it with this message",
          e);
    }
  }

  /** Each as {@code name AS query}. */
  private static final List<String> TABLES =
      List.of(
          """
          bronze AS
          SELECT raw, (event %% %1$d)::INT AS kafka_partition, event // %1$d AS kafka_offset
          FROM events"""
              .formatted(FlightProducer.PARTITIONS),
          """
          quarantine AS
          SELECT text AS raw, CASE WHEN encode(text) <> raw THEN raw END AS raw_bytes,
                 (event %% %1$d)::INT AS kafka_partition, event // %1$d AS kafka_offset,
                 CASE WHEN malformed THEN 'flights_json' ELSE 'flights_checked' END AS dataset,
                 broken_rule AS rule
          FROM judged WHERE broken_rule IS NOT NULL"""
              .formatted(FlightProducer.PARTITIONS),
          """
          flights AS
          SELECT DISTINCT flight_id, departed_at, delay, distance,
                 origin, origin_city, origin_state,
                 destination, destination_city, destination_state
          FROM judged WHERE broken_rule IS NULL""",
          """
          delay_by_airport_hour AS
          SELECT origin, date_trunc('hour', departed_at)::TIMESTAMP AS hour_ts,
                 count(*) AS flights, count(*) FILTER (delay > 14) AS delayed_flights,
                 sum(delay)::BIGINT AS total_delay, max(delay) AS max_delay,
                 sum(delay)::DOUBLE / count(*) AS avg_delay
          FROM expected.flights GROUP BY ALL""",
          """
          routes_by_day AS
          SELECT origin, destination, date_trunc('day', departed_at)::TIMESTAMP AS day_ts,
                 count(*) AS flights, sum(delay)::BIGINT AS total_delay,
                 sum(delay)::DOUBLE / count(*) AS avg_delay, max(distance) AS distance
          FROM expected.flights GROUP BY ALL""",
          """
          airport_totals AS
          SELECT origin, count(*) AS flights, sum(delay)::BIGINT AS total_delay
          FROM expected.flights GROUP BY origin""",
          """
          top_airports AS
          SELECT row_number() OVER best AS rank_no, origin, flights, total_delay
          FROM expected.airport_totals
          WINDOW best AS (ORDER BY flights DESC, origin)
          QUALIFY rank_no <= 10""");

  /** Names of the tables that {@link #compute} leaves, in the order of the layers. */
  static List<String> tables() {
    return TABLES.stream().map(query -> query.substring(0, query.indexOf(' '))).toList();
  }

  private void appendPoison(PoisonPlan plan, long events) throws SQLException {
    DuckDBConnection connection = duckdb.unwrap(DuckDBConnection.class);
    try (FlightEvents all = FlightEvents.open(flights, plan, events);
        DuckDBAppender rows =
            connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "poison")) {
      while (all.hasNext()) {
        FlightEvent event = all.next();
        if (event.poison().isPresent()) {
          append(rows, event);
        }
      }
    }
  }

  private static void append(DuckDBAppender rows, FlightEvent event) throws SQLException {
    Flight flight = event.flight();
    rows.beginRow();
    rows.append(event.index());
    rows.append(event.malformed());
    rows.append(event.value());
    // What is no UTF-8 is U+FFFD in the text, by the JDK's rules.
    rows.append(new String(event.value(), UTF_8));
    rows.append(flight.id());
    rows.append(LocalDateTime.ofEpochSecond(flight.departedSeconds(), 0, ZoneOffset.UTC));
    rows.append(flight.delay());
    rows.append(flight.distance());
    rows.append(flight.origin());
    rows.append(flight.destination());
    rows.endRow();
  }
}
