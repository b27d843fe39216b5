package io.millrace.gateway.demo;

/** SQL text for DuckDB. */
final class DuckDb {
  private DuckDb() {}

  /** A text as a SQL literal. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A name as a SQL identifier. */
  static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
