package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Compares tables with what {@link FlightOracle} expects, in DuckDB, as multisets: a row that is
 * there twice must be there twice.
 */
final class TableVerifier {
  private static final String SCHEMA = "actual";
  private static final int EXAMPLES = 5;

  private final Connection duckdb;
  private final TableRows tables;

  /**
   * @param duckdb has the expected tables in the schema {@link FlightOracle#SCHEMA}
   */
  TableVerifier(Connection duckdb, TableRows tables) {
    this.duckdb = requireNonNull(duckdb, "duckdb is null");
    this.tables = requireNonNull(tables, "tables is null");
  }

  private record Column(String name, String type) {}

  /**
   * Compares the columns that are expected; others are not looked at. Of the width of a number or a
   * timestamp nothing is said.
   *
   * @param name of the expected table
   * @param location of the table itself
   */
  TableResult verify(String name, Path location) {
    try (Statement sql = duckdb.createStatement()) {
      sql.execute("CREATE SCHEMA IF NOT EXISTS " + SCHEMA);
      String expected = FlightOracle.SCHEMA + "." + DuckDb.identifier(name);
      String actual = SCHEMA + "." + DuckDb.identifier(name);
      List<Column> columns = columns(sql, expected);
      sql.execute("CREATE OR REPLACE TABLE " + actual + " AS FROM " + expected + " LIMIT 0");
      load(name, location, columns);
      TableResult result = compare(sql, name, expected, actual);
      sql.execute("DROP TABLE " + actual);
      return result;
    } catch (SQLException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "DuckDB cannot compare the table " + name + ": " + e.getMessage(),
          "report it with this message",
          e);
    }
  }

  private static List<Column> columns(Statement sql, String table) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (ResultSet rows = sql.executeQuery("DESCRIBE " + table)) {
      while (rows.next()) {
        columns.add(new Column(rows.getString("column_name"), rows.getString("column_type")));
      }
    }
    return columns;
  }

  private void load(String name, Path location, List<Column> columns) throws SQLException {
    try (DuckDBAppender appender =
        duckdb.unwrap(DuckDBConnection.class).createAppender(SCHEMA, name)) {
      tables.read(
          location,
          columns.stream().map(Column::name).toList(),
          row -> {
            try {
              appender.beginRow();
              for (int i = 0; i < row.length; i++) {
                append(appender, columns.get(i), row[i]);
              }
              appender.endRow();
            } catch (SQLException e) {
              throw new MillraceException(
                  ErrorCode.INTERNAL,
                  "DuckDB refuses a row of the table " + name + ": " + e.getMessage(),
                  "report it with this message",
                  e);
            }
          });
    }
  }

  private static void append(DuckDBAppender appender, Column column, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      appender.appendNull();
      return;
    }
    switch (column.type()) {
      case "BIGINT" -> appender.append(((Number) value).longValue());
      case "INTEGER" -> appender.append(Math.toIntExact(((Number) value).longValue()));
      case "DOUBLE" -> appender.append(((Number) value).doubleValue());
      case "BOOLEAN" -> appender.append((boolean) (Boolean) value);
      case "VARCHAR" -> appender.append((String) value);
      case "BLOB" -> appender.append((byte[]) value);
      case "TIMESTAMP", "TIMESTAMP WITH TIME ZONE" -> appender.appendEpochMicros((Long) value);
      default -> {
        if (!column.type().startsWith("DECIMAL")) {
          throw new IllegalArgumentException(column + " has a type that is not compared");
        }
        appender.append((BigDecimal) value);
      }
    }
  }

  /** Every row counts 1 where it is expected and -1 where it is; what is not 0 differs. */
  private static TableResult compare(Statement sql, String name, String expected, String actual)
      throws SQLException {
    sql.execute(
        """
        CREATE OR REPLACE TEMP TABLE difference AS
        SELECT * EXCLUDE (_side), sum(_side)::BIGINT AS _rows FROM (
          SELECT *, 1 AS _side FROM %s UNION ALL SELECT *, -1 AS _side FROM %s)
        GROUP BY ALL HAVING sum(_side) <> 0"""
            .formatted(expected, actual));
    TableResult result =
        new TableResult(
            name,
            number(sql, "SELECT count(*) FROM " + expected),
            number(sql, "SELECT count(*) FROM " + actual),
            number(sql, "SELECT coalesce(sum(_rows), 0) FROM difference WHERE _rows > 0"),
            number(sql, "SELECT coalesce(-sum(_rows), 0) FROM difference WHERE _rows < 0"),
            examples(sql));
    sql.execute("DROP TABLE difference");
    return result;
  }

  private static List<String> examples(Statement sql) throws SQLException {
    List<String> examples = new ArrayList<>();
    try (ResultSet rows =
        sql.executeQuery(
            """
            SELECT abs(_rows) || CASE WHEN _rows > 0 THEN ' missing: ' ELSE ' unexpected: ' END
              || regexp_replace(difference::VARCHAR, ', ''_rows'': -?\\d+\\}$', '}')
            FROM difference ORDER BY 1 LIMIT %d"""
                .formatted(EXAMPLES))) {
      while (rows.next()) {
        examples.add(rows.getString(1));
      }
    }
    return examples;
  }

  private static long number(Statement sql, String query) throws SQLException {
    try (ResultSet rows = sql.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
