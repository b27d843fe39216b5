package io.millrace.catalog.server.system;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.audit.AuditReader;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** All tables of the catalog {@code system}. Thread-safe. */
public final class SystemTables {
  private final List<SystemTable> tables;

  public SystemTables(
      Supplier<CatalogState> catalog, Gate gate, AuditReader audit, LineageService lineage) {
    List<SystemTable> all = new ArrayList<>();
    all.add(new AuditTable(catalog, gate, audit));
    all.add(new LineageTable(catalog, lineage, false));
    all.add(new LineageTable(catalog, lineage, true));
    all.addAll(InformationSchema.tables(catalog, gate));
    this.tables = List.copyOf(all);
  }

  public List<SystemTable> all() {
    return tables;
  }

  public Optional<SystemTable> find(String schema, String name) {
    return tables.stream()
        .filter(
            table -> table.schema().equalsIgnoreCase(schema) && table.name().equalsIgnoreCase(name))
        .findFirst();
  }

  /**
   * A table that must be there.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND
   */
  public SystemTable require(String schema, String name) {
    return find(schema, name)
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.SECURABLE_NOT_FOUND,
                    "there is no system table of this name in %s".formatted(schema),
                    "use one of "
                        + String.join(
                            ", ",
                            tables.stream()
                                .filter(table -> table.schema().equalsIgnoreCase(schema))
                                .map(SystemTable::name)
                                .toList())));
  }
}
