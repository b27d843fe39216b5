package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How a table compares with what it must hold, as multisets of rows.
 *
 * @param expected rows that it must hold
 * @param actual rows that it holds
 * @param missing rows that it must hold and does not, repeats counted
 * @param unexpected rows that it holds and must not, repeats counted
 * @param examples a few of the differences, for people
 */
record TableResult(
    String table,
    long expected,
    long actual,
    long missing,
    long unexpected,
    List<String> examples) {
  TableResult {
    requireNonNull(table, "table is null");
    examples = List.copyOf(examples);
  }

  boolean verified() {
    return missing == 0 && unexpected == 0 && expected == actual;
  }
}
