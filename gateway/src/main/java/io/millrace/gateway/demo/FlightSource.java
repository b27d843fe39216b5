package io.millrace.gateway.demo;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * The flights of a Parquet file in the order of its lines, read as a stream by DuckDB: memory does
 * not grow with the file. Not thread-safe.
 */
final class FlightSource implements AutoCloseable {
  private final Path file;
  private final Connection duckdb;
  private final Statement statement;
  private final ResultSet rows;
  private long line;

  private FlightSource(Path file, Connection duckdb, Statement statement, ResultSet rows) {
    this.file = file;
    this.duckdb = duckdb;
    this.statement = statement;
    this.rows = rows;
  }

  /**
   * @throws MillraceException FILE_NOT_FOUND, or IO_FAILED if it is not such a Parquet file
   */
  static FlightSource open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "the flights " + file + " are not there",
          "restore the file: git checkout -- sql/flights/data");
    }
    Properties settings = new Properties();
    settings.setProperty("jdbc_stream_results", "true");
    settings.setProperty("threads", "1");
    Connection duckdb = null;
    try {
      duckdb = DriverManager.getConnection("jdbc:duckdb:", settings);
      Statement statement = duckdb.createStatement();
      ResultSet rows =
          statement.executeQuery(
              "SELECT file_row_number, epoch_ms(date) // 1000, delay, distance, origin, destination"
                  + " FROM read_parquet("
                  + DuckDb.literal(file.toString())
                  + ", file_row_number = true)");
      return new FlightSource(file, duckdb, statement, rows);
    } catch (SQLException e) {
      MillraceException failure = unreadable(file, e);
      if (duckdb != null) {
        try {
          duckdb.close();
        } catch (SQLException second) {
          failure.addSuppressed(second);
        }
      }
      throw failure;
    }
  }

  /** Moves to the next flight; false behind the last. */
  boolean advance() {
    try {
      if (!rows.next()) {
        return false;
      }
      if (rows.getLong(1) != line) {
        throw new MillraceException(
            ErrorCode.INTERNAL,
            "line " + rows.getLong(1) + " of " + file + " came where " + line + " was due",
            "report it: DuckDB read the file out of order");
      }
      line++;
      return true;
    } catch (SQLException e) {
      throw unreadable(file, e);
    }
  }

  /** The flight it stands at. */
  Flight flight() {
    try {
      return new Flight(
          line,
          rows.getLong(2),
          rows.getInt(3),
          rows.getInt(4),
          rows.getString(5),
          rows.getString(6));
    } catch (SQLException e) {
      throw unreadable(file, e);
    }
  }

  @Override
  public void close() {
    try (duckdb;
        statement;
        rows) {
      line = -1;
    } catch (SQLException e) {
      throw unreadable(file, e);
    }
  }

  private static MillraceException unreadable(Path file, SQLException e) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "cannot read flights from " + file + ": " + e.getMessage(),
        "restore the file: git checkout -- sql/flights/data",
        e);
  }
}
