package io.millrace.catalog.server.system;

import static io.millrace.catalog.server.system.SystemColumn.text;
import static io.millrace.catalog.server.system.SystemColumn.time;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.lineage.LineageJob;
import io.millrace.catalog.server.lineage.LineageNode;
import io.millrace.catalog.server.lineage.LineageRecord;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code system.access.table_lineage} and {@code column_lineage}, with Databricks' columns: a row
 * for each job and pair of datasets or columns, as of the last time; the newest first.
 */
final class LineageTable implements SystemTable {
  private static final Instant EVER = Instant.parse("9999-01-01T00:00:00Z");

  private final Supplier<CatalogState> catalog;
  private final LineageService lineage;
  private final boolean ofColumns;

  LineageTable(Supplier<CatalogState> catalog, LineageService lineage, boolean ofColumns) {
    this.catalog = requireNonNull(catalog, "catalog is null");
    this.lineage = requireNonNull(lineage, "lineage is null");
    this.ofColumns = ofColumns;
  }

  @Override
  public String schema() {
    return "access";
  }

  @Override
  public String name() {
    return ofColumns ? "column_lineage" : "table_lineage";
  }

  @Override
  public List<SystemColumn> columns() {
    List<SystemColumn> columns = new ArrayList<>();
    for (String name :
        List.of("account_id", "metastore_id", "workspace_id", "entity_type", "entity_id")) {
      columns.add(text(name));
    }
    columns.add(text("entity_run_id"));
    for (String side : List.of("source", "target")) {
      columns.add(text(side + "_table_full_name"));
      columns.add(text(side + "_table_catalog"));
      columns.add(text(side + "_table_schema"));
      columns.add(text(side + "_table_name"));
      columns.add(text(side + "_path"));
      columns.add(text(side + "_type"));
      if (ofColumns) {
        columns.add(text(side + "_column_name"));
      }
    }
    columns.add(text("created_by"));
    columns.add(time("event_time"));
    columns.add(new SystemColumn("event_date", "DATE"));
    columns.add(text("record_id"));
    columns.add(text("event_id"));
    columns.add(text("statement_id"));
    columns.add(new SystemColumn("entity_metadata", "MAP<STRING, STRING>"));
    return List.copyOf(columns);
  }

  @Override
  public SystemPage rows(Caller viewer, SystemFilter filter, int rowsMax, Optional<String> token) {
    LineageService.Records found =
        lineage.records(
            viewer,
            ofColumns,
            filter.from().orElse(Instant.EPOCH),
            filter.to().orElse(EVER),
            name -> fits(filter, name),
            rowsMax,
            token);
    String metastore = catalog.get().metastore().id().toString();
    return new SystemPage(
        found.records().stream().map(each -> row(metastore, each)).toList(), found.next());
  }

  private static boolean fits(SystemFilter filter, String fullName) {
    String[] parts = CatalogState.folded(fullName).split("\\.", -1);
    if (parts.length != 3) {
      return filter.catalog().isEmpty() && filter.schema().isEmpty() && filter.table().isEmpty();
    }
    return is(filter.catalog(), parts[0])
        && is(filter.schema(), parts[1])
        && is(filter.table(), parts[2]);
  }

  private static boolean is(Optional<String> wanted, String part) {
    return wanted.isEmpty() || CatalogState.folded(wanted.get()).equals(part);
  }

  private List<@Nullable Object> row(String metastore, LineageRecord record) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add(metastore);
    row.add(metastore);
    row.add("0");
    row.add(entity(record.job().kind()));
    row.add(record.job().id().toString());
    row.add(record.job().runId().map(Object::toString).orElse(null));
    side(row, Optional.of(record.source()), record.sourcePath());
    side(row, record.target(), record.targetPath());
    row.add(record.job().reportedBy().orElse(null));
    row.add(record.at());
    row.add(LocalDate.ofInstant(record.at(), ZoneOffset.UTC));
    row.add(record.id().toString());
    row.add(record.id().toString());
    row.add(record.job().statement().orElse(null));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("job_namespace", record.job().namespace());
    metadata.put("job_name", record.job().name());
    record.job().epoch().ifPresent(epoch -> metadata.put("epoch", epoch.toString()));
    row.add(metadata);
    return row;
  }

  private static String entity(LineageJob.Kind kind) {
    return switch (kind) {
      case PIPELINE -> "PIPELINE";
      case STATEMENT -> "DBSQL_QUERY";
      case JOB -> "JOB";
    };
  }

  private void side(List<@Nullable Object> row, Optional<LineageNode> node, Optional<String> path) {
    boolean inCatalog = node.filter(each -> each.type() != LineageNode.Type.EXTERNAL).isPresent();
    String[] parts = inCatalog ? node.get().name().split("\\.", -1) : new String[0];
    boolean whole = parts.length == 3;
    row.add(node.map(LineageNode::name).filter(name -> !name.isEmpty()).orElse(null));
    row.add(whole ? parts[0] : null);
    row.add(whole ? parts[1] : null);
    row.add(whole ? parts[2] : null);
    row.add(path.orElse(null));
    row.add(
        node.map(
                each ->
                    switch (each.type()) {
                      case EXTERNAL -> path.isPresent() ? "PATH" : "EXTERNAL";
                      case DROPPED -> "TABLE";
                      default -> each.type().name();
                    })
            .orElse(null));
    if (ofColumns) {
      row.add(node.map(LineageNode::column).filter(column -> !column.isEmpty()).orElse(null));
    }
  }
}
