package io.millrace.gateway.demo;

import java.nio.file.Path;

/** The demo's own data. */
final class FlightFiles {
  private static final Path DATA =
      Path.of(System.getProperty("millrace.home"), "sql", "flights", "data");

  static final Path FLIGHTS = DATA.resolve("flights-3m.parquet");
  static final Path AIRPORTS = DATA.resolve("airports.csv");

  private FlightFiles() {}
}
