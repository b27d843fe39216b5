package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFlightOracle {
  @TempDir Path folder;
  private Connection duckdb;

  @BeforeEach
  void open() throws SQLException {
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
  }

  @AfterEach
  void close() throws SQLException {
    duckdb.close();
  }

  @Test
  void computesATinyInputAsByHand() throws SQLException {
    Path flights = folder.resolve("flights.parquet");
    Path airports = folder.resolve("airports.csv");
    execute(
        """
        COPY (FROM (VALUES
          (TIMESTAMP '2001-02-03 04:05:00',    10, 100, 'AAA', 'BBB'),
          (TIMESTAMP '2001-02-03 04:59:00',    15, 100, 'AAA', 'BBB'),
          (TIMESTAMP '2001-02-03 05:00:00',    -7, 100, 'AAA', 'BBB'),
          (TIMESTAMP '2001-02-03 05:00:00',    60, 100, 'BBB', 'AAA'),
          (TIMESTAMP '2001-02-04 00:00:00', -1116, 100, 'AAA', 'BBB'),
          (TIMESTAMP '2001-02-04 00:00:00',     1, 100, 'AAA', 'CCC'))
          t(date, delay, distance, origin, destination)) TO '%s'"""
            .formatted(flights));
    execute(
        """
        COPY (FROM (VALUES ('AAA', 'A Field', 'Aton', 'AK', 'USA', 1.5, 2.5),
                           ('BBB', 'B Field', 'Beta', 'BC', 'USA', 1.5, 2.5))
          t(iata, name, city, state, country, latitude, longitude)) TO '%s' (HEADER)"""
            .formatted(airports));

    new FlightOracle(duckdb, flights, airports).compute(new PoisonPlan(1, 0), 6);

    assertThat(rows("SELECT kafka_partition, kafka_offset FROM expected.bronze ORDER BY ALL"))
        .containsExactly("0 0", "0 1", "1 0", "1 1", "2 0", "3 0");
    assertThat(rows("SELECT decode(raw) FROM expected.bronze WHERE kafka_partition = 3"))
        .containsExactly(
            "{\"flight_id\":4,\"date\":\"2001-02-03T05:00:00\",\"delay\":60,\"distance\":100,"
                + "\"origin\":\"BBB\",\"destination\":\"AAA\"}");
    assertThat(rows("SELECT kafka_partition, kafka_offset FROM expected.quarantine ORDER BY ALL"))
        .containsExactly("0 1", "1 1");
    assertThat(rows("FROM expected.flights ORDER BY ALL"))
        .containsExactly(
            "1 2001-02-03 04:05:00.0 10 100 AAA Aton AK BBB Beta BC",
            "2 2001-02-03 04:59:00.0 15 100 AAA Aton AK BBB Beta BC",
            "3 2001-02-03 05:00:00.0 -7 100 AAA Aton AK BBB Beta BC",
            "4 2001-02-03 05:00:00.0 60 100 BBB Beta BC AAA Aton AK");
    assertThat(rows("FROM expected.delay_by_airport_hour ORDER BY ALL"))
        .containsExactly(
            "AAA 2001-02-03 04:00:00.0 2 1 25 15 12.5",
            "AAA 2001-02-03 05:00:00.0 1 0 -7 -7 -7.0",
            "BBB 2001-02-03 05:00:00.0 1 1 60 60 60.0");
    assertThat(rows("FROM expected.routes_by_day ORDER BY ALL"))
        .containsExactly(
            "AAA BBB 2001-02-03 00:00:00.0 3 18 6.0 100",
            "BBB AAA 2001-02-03 00:00:00.0 1 60 60.0 100");
    assertThat(rows("FROM expected.airport_totals ORDER BY ALL"))
        .containsExactly("AAA 3 18", "BBB 1 60");
    assertThat(rows("FROM expected.top_airports ORDER BY ALL"))
        .containsExactly("1 AAA 3 18", "2 BBB 1 60");
  }

  @Test
  void writesEveryDocumentAsTheProducerDoes() throws SQLException {
    PoisonPlan plan = new PoisonPlan(5, 20);
    int count = 20_000;
    new FlightOracle(duckdb, FlightFiles.FLIGHTS, FlightFiles.AIRPORTS).compute(plan, count);

    List<String> expected =
        rows("SELECT hex(raw) FROM expected.bronze ORDER BY kafka_offset, kafka_partition");

    try (FlightEvents events = FlightEvents.open(FlightFiles.FLIGHTS, plan, count)) {
      List<String> produced = new ArrayList<>();
      events.forEachRemaining(
          event -> produced.add(HexFormat.of().withUpperCase().formatHex(event.value())));
      assertThat(expected).isEqualTo(produced);
    }
  }

  @Test
  void bytesThatAreNoTextAreKeptBesideTheText() throws SQLException {
    new FlightOracle(duckdb, FlightFiles.FLIGHTS, FlightFiles.AIRPORTS)
        .compute(new PoisonPlan(5, 20), 5_000);

    assertThat(number("SELECT count(*) FROM expected.quarantine WHERE raw_bytes IS NOT NULL"))
        .isGreaterThan(50)
        .isEqualTo(
            number("SELECT count(*) FROM expected.quarantine WHERE contains(raw, chr(65533))"));
    assertThat(
            number(
                "SELECT count(*) FROM expected.quarantine WHERE raw = '' AND rule = 'malformed'"))
        .isGreaterThan(50);
  }

  @Test
  void everyEventIsInSilverOrInQuarantineOrARepeat() throws SQLException {
    PoisonPlan plan = new PoisonPlan(5, 20);
    int count = 50_000;
    new FlightOracle(duckdb, FlightFiles.FLIGHTS, FlightFiles.AIRPORTS).compute(plan, count);

    long repeatsOfGoodRows = 0;
    try (FlightEvents events = FlightEvents.open(FlightFiles.FLIGHTS, plan, count)) {
      while (events.hasNext()) {
        FlightEvent event = events.next();
        boolean repeat = event.poison().filter(Poison.DUPLICATE::equals).isPresent();
        if (repeat && good(event.flight(), event.malformed())) {
          repeatsOfGoodRows++;
        }
      }
    }
    assertThat(repeatsOfGoodRows).isGreaterThan(500);
    assertThat(
            number("SELECT count(*) FROM expected.flights")
                + number("SELECT count(*) FROM expected.quarantine")
                + repeatsOfGoodRows)
        .isEqualTo(count);
  }

  private static boolean good(Flight flight, boolean malformed) {
    return !malformed
        && !flight.origin().startsWith("XX")
        && !flight.destination().startsWith("XX")
        && Math.abs(flight.delay()) < 1_440
        && flight.distance() > 0
        && flight.distance() < 10_000
        && Math.abs(flight.departedSeconds() - 986_000_000) < 86_400 * 100;
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = duckdb.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String sql) throws SQLException {
    return Long.parseLong(rows(sql).get(0));
  }

  /** Cells joined by a blank. */
  private List<String> rows(String sql) throws SQLException {
    try (Statement statement = duckdb.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> lines = new ArrayList<>();
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        StringBuilder line = new StringBuilder(rows.getString(1));
        for (int i = 2; i <= columns; i++) {
          line.append(' ').append(rows.getString(i));
        }
        lines.add(new String(line.toString().getBytes(UTF_8), UTF_8));
      }
      return lines;
    }
  }
}
