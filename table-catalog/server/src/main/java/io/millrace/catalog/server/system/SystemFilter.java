package io.millrace.catalog.server.system;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Which rows of a system table are wanted: those that fit all that is not empty. A table that has
 * no such column does not look at it.
 *
 * @param catalog name, in any case; of lineage, that of either side, as are schema and table
 * @param from the first moment
 * @param to the moment behind the last
 */
public record SystemFilter(
    Optional<String> catalog,
    Optional<String> schema,
    Optional<String> table,
    Optional<Instant> from,
    Optional<Instant> to) {
  /** All rows. */
  public static final SystemFilter ALL =
      new SystemFilter(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public SystemFilter {
    requireNonNull(catalog, "catalog is null");
    requireNonNull(schema, "schema is null");
    requireNonNull(table, "table is null");
    requireNonNull(from, "from is null");
    requireNonNull(to, "to is null");
  }

  /** Rows of one table. */
  public static SystemFilter ofTable(String catalog, String schema, String table) {
    return new SystemFilter(
        Optional.of(catalog),
        Optional.of(schema),
        Optional.of(table),
        Optional.empty(),
        Optional.empty());
  }
}
