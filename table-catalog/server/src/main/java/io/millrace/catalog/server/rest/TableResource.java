package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.rest.TableJson.ColumnInfo;
import io.millrace.catalog.server.rest.TableJson.DependencyList;
import io.millrace.catalog.server.rest.TableJson.TableInfo;
import io.millrace.catalog.server.service.Page;
import io.millrace.catalog.server.service.StagingTables;
import io.millrace.catalog.server.service.Tables;
import io.millrace.catalog.server.service.Work;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /tables} and {@code /staging-tables} of Unity Catalog's REST API, and changing tables. */
public final class TableResource {
  private final Work work;
  private final Tables tables;
  private final StagingTables staging;

  public TableResource(Work work, Tables tables, StagingTables staging) {
    this.work = requireNonNull(work, "work is null");
    this.tables = requireNonNull(tables, "tables is null");
    this.staging = requireNonNull(staging, "staging is null");
  }

  record CreateTable(
      String name,
      String catalogName,
      String schemaName,
      String tableType,
      Optional<String> dataSourceFormat,
      List<ColumnInfo> columns,
      Optional<String> storageLocation,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> viewDefinition,
      Optional<DependencyList> viewDependencies) {
    CreateTable {
      requireNonNull(name, "name");
      requireNonNull(catalogName, "catalog_name");
      requireNonNull(schemaName, "schema_name");
      requireNonNull(tableType, "table_type");
      requireNonNull(columns, "columns");
    }
  }

  record UpdateTable(
      Optional<String> newName,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> owner,
      Optional<List<ColumnInfo>> columns,
      Optional<String> viewDefinition,
      Optional<DependencyList> viewDependencies) {}

  record CreateStagingTable(String name, String catalogName, String schemaName) {
    CreateStagingTable {
      requireNonNull(name, "name");
      requireNonNull(catalogName, "catalog_name");
      requireNonNull(schemaName, "schema_name");
    }
  }

  record StagingTableInfo(
      String name, String catalogName, String schemaName, String id, String stagingLocation) {}

  record TableList(List<TableInfo> tables, Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        Unity.route(
            "POST",
            "/tables",
            new Rule.Decided(
                "CREATE TABLE (CREATE MATERIALIZED VIEW) on the schema, USE of its containers;"
                    + " CREATE EXTERNAL TABLE on the external location"),
            this::create),
        Unity.route(
            "GET",
            "/tables",
            new Rule.Decided("to see the schema; lists what each may see"),
            this::list),
        Unity.route(
            "GET",
            "/tables/{full_name}",
            new Rule.Decided("any privilege on it, BROWSE, or ownership of it or of what it is in"),
            request ->
                Reply.of(
                    TableJson.info(
                        work.state(),
                        tables.find(request.caller(), request.path("full_name")),
                        new TableJson.View(managed(request), true, true)))),
        Unity.route(
            "PATCH",
            "/tables/{full_name}",
            new Rule.Decided("MANAGE on it, or ownership of it or of what it is in"),
            this::alter),
        Unity.route(
            "DELETE",
            "/tables/{full_name}",
            new Rule.Decided("MANAGE on it, or ownership of it or of what it is in"),
            request -> {
              tables.drop(request.caller(), request.path("full_name"));
              return Reply.done();
            }),
        Unity.route(
            "POST",
            "/staging-tables",
            new Rule.Decided("CREATE TABLE on the schema, USE of its containers"),
            request -> {
              CreateStagingTable body = request.body(CreateStagingTable.class);
              StagingTables.StagingTable made =
                  staging.create(
                      request.caller(), body.catalogName(), body.schemaName(), body.name());
              return Reply.of(
                  new StagingTableInfo(
                      body.name(),
                      body.catalogName(),
                      body.schemaName(),
                      made.id().toString(),
                      made.location()));
            }));
  }

  private Reply create(Request request) {
    CreateTable body = request.body(CreateTable.class);
    Securable made =
        tables.create(
            request.caller(),
            body.catalogName(),
            body.schemaName(),
            new Tables.Creation(
                body.name(),
                TableJson.type(body.tableType()),
                body.dataSourceFormat().map(TableJson::format),
                body.storageLocation(),
                TableJson.columns(body.columns()),
                body.comment(),
                body.properties().orElse(Map.of()),
                body.viewDefinition(),
                body.viewDependencies().map(TableJson::dependencies).orElse(List.of())));
    return Reply.of(TableJson.info(work.state(), made, TableJson.View.WHOLE));
  }

  private Reply list(Request request) {
    Page<Securable> page =
        tables.list(
            request.caller(),
            request.required("catalog_name"),
            request.required("schema_name"),
            request.page());
    TableJson.View view =
        new TableJson.View(
            Set.of(), !request.flag("omit_columns"), !request.flag("omit_properties"));
    return Reply.of(
        new TableList(
            page.items().stream().map(each -> TableJson.info(work.state(), each, view)).toList(),
            page.next()));
  }

  /** Unless told otherwise, a client that knows only MANAGED and EXTERNAL is to read all. */
  private static Set<TableType> managed(Request request) {
    Set<TableType> types = EnumSet.noneOf(TableType.class);
    if (request.query("read_streaming_table_as_managed").map(Boolean::parseBoolean).orElse(true)) {
      types.add(TableType.STREAMING_TABLE);
    }
    if (request
        .query("read_materialized_view_as_managed")
        .map(Boolean::parseBoolean)
        .orElse(true)) {
      types.add(TableType.MATERIALIZED_VIEW);
    }
    return types;
  }

  private Reply alter(Request request) {
    UpdateTable body = request.body(UpdateTable.class);
    Securable changed =
        tables.alter(
            request.caller(),
            request.path("full_name"),
            new Tables.Alteration(
                body.newName(),
                body.comment(),
                body.properties(),
                body.owner(),
                body.columns().map(TableJson::columns),
                body.viewDefinition(),
                body.viewDependencies().map(TableJson::dependencies)));
    return Reply.of(TableJson.info(work.state(), changed, TableJson.View.WHOLE));
  }
}
