package io.millrace.gateway.demo;

import java.nio.file.Path;

/** The demo's own data. */
final class FlightFiles {
  static final Path PROJECT = Path.of(System.getProperty("millrace.home"), "sql", "flights");

  private static final Path DATA = PROJECT.resolve("data");

  static final Path FLIGHTS = DATA.resolve("flights-3m.parquet");
  static final Path AIRPORTS = DATA.resolve("airports.csv");

  private FlightFiles() {}
}
