package io.millrace.gateway.demo;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Checks the tables of a demo against a batch recomputation by DuckDB, in a scratch database. */
final class Verification {
  private static final String MEMORY = "1200MB";

  private final Path project;
  private final TableRows rows;

  /**
   * @param project folder of the flights project, for its data
   */
  Verification(Path project, TableRows rows) {
    this.project = project;
    this.rows = rows;
  }

  /**
   * Compares every table, and says so line by line.
   *
   * @param tables folder of the tables
   * @param scratch a folder for what does not fit into memory; emptied
   */
  List<TableResult> run(PoisonPlan plan, long events, Path tables, Path scratch, PrintStream out) {
    Properties settings = new Properties();
    settings.setProperty("memory_limit", MEMORY);
    settings.setProperty("preserve_insertion_order", "false");
    settings.setProperty("temp_directory", scratch.resolve("spill").toString());
    Path database = scratch.resolve("verification.duckdb");
    try {
      Files.createDirectories(scratch);
      Files.deleteIfExists(database);
      try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:" + database, settings)) {
        return compare(duckdb, plan, events, tables, out);
      } finally {
        Files.deleteIfExists(database);
      }
    } catch (SQLException | IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the verification cannot use " + scratch + ": " + e.getMessage(),
          "see that the disk has room: it needs about as much as the tables",
          e);
    }
  }

  private List<TableResult> compare(
      Connection duckdb, PoisonPlan plan, long events, Path tables, PrintStream out) {
    Path data = project.resolve("data");
    new FlightOracle(duckdb, data.resolve("flights-3m.parquet"), data.resolve("airports.csv"))
        .compute(plan, events);
    TableVerifier verifier = new TableVerifier(duckdb, rows);
    List<TableResult> results = new ArrayList<>();
    out.println("TABLE                     EXPECTED       ACTUAL    MISSING  UNEXPECTED");
    for (String table : FlightOracle.tables()) {
      TableResult result = verifier.verify(table, tables.resolve(table));
      results.add(result);
      out.println(
          "%-22s %11s  %11s  %9s  %10s  %s"
              .formatted(
                  table,
                  ProgressView.number(result.expected()),
                  ProgressView.number(result.actual()),
                  ProgressView.number(result.missing()),
                  ProgressView.number(result.unexpected()),
                  result.verified() ? "verified" : "DIFFERENT"));
      result.examples().forEach(example -> out.println("    " + example));
    }
    return results;
  }
}
