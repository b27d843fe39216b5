package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.system.SystemColumn;
import io.millrace.catalog.server.system.SystemFilter;
import io.millrace.catalog.server.system.SystemPage;
import io.millrace.catalog.server.system.SystemTable;
import io.millrace.catalog.server.system.SystemTables;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of the catalog {@code system}, as rows of JSON. */
public final class SystemResource {
  private static final int ROWS_MAX = 10_000;

  private final SystemTables tables;

  public SystemResource(SystemTables tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  record TableInfo(String schema, String name, List<SystemColumn> columns) {}

  record Rows(
      List<SystemColumn> columns,
      List<Map<String, @Nullable Object>> rows,
      Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        Millrace.route(
            "GET",
            "/system",
            new Rule.EveryPrincipal("which tables there are is no secret"),
            request ->
                Millrace.reply(
                    Map.of(
                        "tables",
                        tables.all().stream()
                            .map(
                                table ->
                                    new TableInfo(table.schema(), table.name(), table.columns()))
                            .toList()))),
        Millrace.route(
            "GET",
            "/system/access/{table}",
            new Rule.Decided("membership in the group of metastore admins"),
            request -> rows(request, tables.require("access", request.path("table")))),
        Millrace.route(
            "GET",
            "/system/information_schema/{table}",
            new Rule.EveryPrincipal("rows of what each may see"),
            request -> rows(request, tables.require("information_schema", request.path("table")))));
  }

  private static Reply rows(Request request, SystemTable table) {
    Caller caller = request.caller();
    SystemPage page =
        table.rows(
            caller,
            new SystemFilter(
                request.query("catalog_name"),
                request.query("schema_name"),
                request.query("table_name"),
                Millrace.time(request, "from"),
                Millrace.time(request, "to")),
            Math.min(Millrace.results(request), ROWS_MAX),
            request.query("page_token"));
    return Millrace.reply(
        new Rows(
            table.columns(),
            page.rows().stream().map(row -> named(table.columns(), row)).toList(),
            page.next()));
  }

  private static Map<String, @Nullable Object> named(
      List<SystemColumn> columns, List<@Nullable Object> row) {
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      named.put(columns.get(i).name(), row.get(i));
    }
    return named;
  }
}
