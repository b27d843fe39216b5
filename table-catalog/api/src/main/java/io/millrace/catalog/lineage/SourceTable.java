package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A table that a statement reads.
 *
 * @param columns that have a part in any result of the statement, sorted; nested fields count as
 *     their column. A column that is read and then thrown away is not among them
 * @param hintedOptions keys of the options that an OPTIONS hint of the statement sets, sorted;
 *     never their values, which may be secrets
 */
public record SourceTable(
    ObjectName name, Kind kind, List<String> columns, List<String> hintedOptions) {

  /** Where the engine knows the table from. */
  public enum Kind {
    /** A catalog. */
    CATALOG,
    /** The session, under this name. */
    TEMPORARY,
    /** The program: a stream or a descriptor; the name is the engine's. */
    ANONYMOUS
  }

  public SourceTable {
    requireNonNull(name, "name is null");
    requireNonNull(kind, "kind is null");
    columns = columns.stream().sorted().distinct().toList();
    hintedOptions = hintedOptions.stream().sorted().distinct().toList();
  }
}
