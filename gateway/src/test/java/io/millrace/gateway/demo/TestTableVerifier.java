package io.millrace.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TestTableVerifier {
  private Connection duckdb;
  private TableVerifier verifier;
  private final FakeTable table = new FakeTable();

  @BeforeEach
  void open() throws SQLException {
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement sql = duckdb.createStatement()) {
      sql.execute("CREATE SCHEMA expected");
      sql.execute(
          """
          CREATE TABLE expected.sales AS FROM (VALUES
            (1::BIGINT, 'a', 10.25::DECIMAL(18,2), 0.5::DOUBLE, TIMESTAMP '2001-01-01 00:00:00', '\\xFF'::BLOB, 7),
            (2::BIGINT, 'b', 20.50::DECIMAL(18,2), 1.5::DOUBLE, TIMESTAMP '2001-01-02 00:00:00', ''::BLOB, NULL),
            (2::BIGINT, 'b', 20.50::DECIMAL(18,2), 1.5::DOUBLE, TIMESTAMP '2001-01-02 00:00:00', ''::BLOB, NULL))
            t(id, name, revenue, ratio, sold_at, raw, n)""");
    }
    verifier = new TableVerifier(duckdb, table);
    table.add(1, "a", "10.25", 0.5, 978_307_200_000_000L, new byte[] {(byte) 0xff}, 7);
    table.add(2, "b", "20.50", 1.5, 978_393_600_000_000L, new byte[0], null);
    table.add(2, "b", "20.50", 1.5, 978_393_600_000_000L, new byte[0], null);
  }

  @AfterEach
  void close() throws SQLException {
    duckdb.close();
  }

  @Test
  void anEqualTableIsVerified() {
    TableResult result = verify();

    assertThat(result.verified()).isTrue();
    assertThat(result).isEqualTo(new TableResult("sales", 3, 3, 0, 0, List.of()));
  }

  @Test
  void findsAMissingRow() {
    table.rows.remove(1);

    TableResult result = verify();

    assertThat(result.verified()).isFalse();
    assertThat(result.missing()).isEqualTo(1);
    assertThat(result.unexpected()).isZero();
    assertThat(result.examples())
        .containsExactly(
            "1 missing: {'id': 2, 'name': b, 'revenue': 20.50, 'ratio': 1.5,"
                + " 'sold_at': '2001-01-02 00:00:00', 'raw': '', 'n': NULL}");
  }

  @Test
  void findsADoubledRow() {
    table.rows.add(table.rows.get(0));

    TableResult result = verify();

    assertThat(result.verified()).isFalse();
    assertThat(result.actual()).isEqualTo(4);
    assertThat(result.missing()).isZero();
    assertThat(result.unexpected()).isEqualTo(1);
  }

  @Test
  void findsAChangedCent() {
    table.rows.get(0)[2] = new java.math.BigDecimal("10.26");

    TableResult result = verify();

    assertThat(result.verified()).isFalse();
    assertThat(result.expected()).isEqualTo(result.actual());
    assertThat(result.missing()).isEqualTo(1);
    assertThat(result.unexpected()).isEqualTo(1);
  }

  @Test
  void findsAChangedByteAndANull() {
    table.rows.get(0)[5] = new byte[] {(byte) 0xfe};
    table.rows.get(1)[6] = 0;

    TableResult result = verify();

    assertThat(result.missing()).isEqualTo(2);
    assertThat(result.unexpected()).isEqualTo(2);
  }

  @Test
  void anEmptyTableMissesEverything() {
    table.rows.clear();

    assertThat(verify().missing()).isEqualTo(3);
  }

  @Test
  void asksForTheExpectedColumnsOnly() {
    verify();

    assertThat(table.columns)
        .containsExactly("id", "name", "revenue", "ratio", "sold_at", "raw", "n");
  }

  private TableResult verify() {
    return verifier.verify("sales", Path.of("sales"));
  }

  /** Holds its rows in memory. */
  private static final class FakeTable implements TableRows {
    final List<@Nullable Object[]> rows = new ArrayList<>();
    List<String> columns = List.of();

    void add(
        long id,
        String name,
        String revenue,
        double ratio,
        long atMicros,
        byte[] raw,
        @Nullable Integer n) {
      rows.add(new Object[] {id, name, new java.math.BigDecimal(revenue), ratio, atMicros, raw, n});
    }

    @Override
    public void read(Path table, List<String> names, Consumer<@Nullable Object[]> row) {
      columns = names;
      rows.forEach(row);
    }
  }
}
