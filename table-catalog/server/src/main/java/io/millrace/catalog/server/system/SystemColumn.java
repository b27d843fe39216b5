package io.millrace.catalog.server.system;

/**
 * A column of a system table.
 *
 * @param type as SQL writes it; values are text, numbers, booleans, instants and dates of
 *     java.time, maps, lists, or null
 */
public record SystemColumn(String name, String type) {
  static SystemColumn text(String name) {
    return new SystemColumn(name, "STRING");
  }

  static SystemColumn time(String name) {
    return new SystemColumn(name, "TIMESTAMP_LTZ(6)");
  }
}
