package io.millrace.catalog.flink;

import io.millrace.catalog.flink.rest.UnityClient.Access;
import io.millrace.delta.procedure.BatchSessions;
import io.millrace.delta.procedure.Procedures;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.procedures.Procedure;

/**
 * Maintenance of the catalog's tables: who only looks needs to be able to read the table, and
 * everybody else to write it. Immutable.
 */
final class MaintenanceProcedures {
  private static final Set<String> READING = Set.of("detail", "history");

  private final Procedures reading;
  private final Procedures writing;

  MaintenanceProcedures(CatalogNames names, CatalogTables tables, BatchSessions sessions) {
    this.reading =
        new Procedures(
            table -> CatalogTables.location(tables.require(names.table(table), Access.READ)),
            sessions);
    this.writing =
        new Procedures(
            table -> CatalogTables.location(tables.require(names.table(table), Access.READ_WRITE)),
            sessions);
  }

  List<String> names() {
    return writing.names();
  }

  Optional<Procedure> find(String name) {
    return (READING.contains(name) ? reading : writing).find(name);
  }
}
