package io.millrace.catalog.server.system;

import static io.millrace.catalog.server.system.SystemColumn.text;
import static io.millrace.catalog.server.system.SystemColumn.time;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tables of information_schema, with Databricks' columns. */
final class InformationSchema {
  private static final SystemColumn NUMBER = new SystemColumn("ordinal_position", "INT");

  private final Supplier<CatalogState> catalog;
  private final Gate gate;
  private final List<SystemTable> tables = new ArrayList<>();

  private InformationSchema(Supplier<CatalogState> catalog, Gate gate) {
    this.catalog = catalog;
    this.gate = gate;
  }

  static List<SystemTable> tables(Supplier<CatalogState> catalog, Gate gate) {
    InformationSchema schema = new InformationSchema(catalog, gate);
    schema.containers();
    schema.relations();
    schema.others();
    schema.privileges();
    schema.tags();
    schema.policies();
    return List.copyOf(schema.tables);
  }

  private void add(
      String name, SecurableType of, List<SystemColumn> columns, InformationTable.Rows rows) {
    tables.add(new InformationTable(name, of, columns, rows, catalog, gate));
  }

  private static List<SystemColumn> columns(Object... namesAndColumns) {
    List<SystemColumn> columns = new ArrayList<>();
    for (Object each : namesAndColumns) {
      columns.add(each instanceof SystemColumn column ? column : text((String) each));
    }
    return columns;
  }

  /** The rows of something that has one. */
  private static List<List<@Nullable Object>> one(List<?> path, @Nullable Object... values) {
    return List.of(row(path, values));
  }

  private static List<@Nullable Object> row(List<?> path, @Nullable Object... values) {
    List<@Nullable Object> row = new ArrayList<>(path);
    row.addAll(Arrays.asList(values));
    return row;
  }

  /** Who made and changed something, and when: the last four columns of most tables. */
  private static List<@Nullable Object> stamps(InformationView view, Securable it) {
    return Arrays.asList(
        it.created().at(),
        view.principal(it.created().by()),
        it.updated().at(),
        view.principal(it.updated().by()));
  }

  private static List<List<@Nullable Object>> stamped(
      InformationView view, Securable it, @Nullable Object... values) {
    List<@Nullable Object> row = row(view.path(it), values);
    row.addAll(stamps(view, it));
    return List.of(row);
  }

  private void containers() {
    add(
        "catalogs",
        SecurableType.CATALOG,
        columns(
            "catalog_name",
            "catalog_owner",
            "comment",
            time("created"),
            "created_by",
            time("last_altered"),
            "last_altered_by"),
        (view, it) -> stamped(view, it, view.principal(it.owner()), it.comment().orElse(null)));
    add(
        "schemata",
        SecurableType.SCHEMA,
        columns(
            "catalog_name",
            "schema_name",
            "schema_owner",
            "comment",
            time("created"),
            "created_by",
            time("last_altered"),
            "last_altered_by"),
        (view, it) -> stamped(view, it, view.principal(it.owner()), it.comment().orElse(null)));
  }

  private static Definition.Table table(Securable it) {
    return (Definition.Table) it.definition();
  }

  private void relations() {
    add(
        "tables",
        SecurableType.TABLE,
        columns(
            "table_catalog",
            "table_schema",
            "table_name",
            "table_type",
            "is_insertable_into",
            "commit_action",
            "table_owner",
            "comment",
            "data_source_format",
            "storage_path",
            time("created"),
            "created_by",
            time("last_altered"),
            "last_altered_by"),
        (view, it) ->
            stamped(
                view,
                it,
                table(it).tableType().name(),
                table(it).tableType().isView() ? "NO" : "YES",
                "PRESERVE",
                view.principal(it.owner()),
                it.comment().orElse(null),
                table(it).format().orElse(null),
                table(it).location().orElse(null)));
    add(
        "columns",
        SecurableType.TABLE,
        columns(
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            NUMBER,
            "is_nullable",
            "full_data_type",
            "data_type",
            new SystemColumn("numeric_precision", "INT"),
            new SystemColumn("numeric_scale", "INT"),
            new SystemColumn("partition_index", "INT"),
            "comment"),
        (view, it) -> {
          List<List<@Nullable Object>> rows = new ArrayList<>();
          for (Definition.Column column : table(it).columns()) {
            rows.add(
                row(
                    view.path(it),
                    column.name(),
                    rows.size(),
                    column.nullable() ? "YES" : "NO",
                    column.typeText(),
                    column.typeName(),
                    column.typePrecision().orElse(null),
                    column.typeScale().orElse(null),
                    column.partitionIndex().orElse(null),
                    column.comment().orElse(null)));
          }
          return rows;
        });
    add(
        "views",
        SecurableType.TABLE,
        columns(
            "table_catalog",
            "table_schema",
            "table_name",
            "view_definition",
            "check_option",
            "is_updatable",
            "is_insertable_into",
            new SystemColumn("is_materialized", "BOOLEAN")),
        (view, it) -> {
          boolean materialized = table(it).tableType() == Definition.TableType.MATERIALIZED_VIEW;
          if (!table(it).tableType().isView() && !materialized) {
            return List.of();
          }
          return one(
              view.path(it),
              view.alters(it) ? table(it).viewText().orElse(null) : null,
              "NONE",
              "NO",
              "NO",
              materialized);
        });
    add(
        "table_constraints",
        SecurableType.TABLE,
        columns(
            "constraint_catalog",
            "constraint_schema",
            "constraint_name",
            "table_catalog",
            "table_schema",
            "table_name",
            "constraint_type",
            "is_deferrable",
            "initially_deferred",
            "enforced",
            "check_clause"),
        (view, it) -> {
          List<String> path = view.path(it);
          List<List<@Nullable Object>> rows = new ArrayList<>();
          table(it)
              .constraints()
              .forEach(
                  (name, condition) -> {
                    String type = constraintType(condition);
                    boolean check = type.equals("CHECK");
                    rows.add(
                        row(
                            List.of(path.get(0), path.get(1), name),
                            path.get(0),
                            path.get(1),
                            path.get(2),
                            type,
                            "NO",
                            "NO",
                            check ? "YES" : "NO",
                            check ? condition : null));
                  });
          return rows;
        });
  }

  private static String constraintType(String condition) {
    String upper = condition.strip().toUpperCase(Locale.ROOT);
    for (String type : List.of("PRIMARY KEY", "FOREIGN KEY", "UNIQUE")) {
      if (upper.startsWith(type)) {
        return type;
      }
    }
    return "CHECK";
  }

  private void others() {
    add(
        "volumes",
        SecurableType.VOLUME,
        columns(
            "volume_catalog",
            "volume_schema",
            "volume_name",
            "volume_type",
            "volume_owner",
            "comment",
            "storage_location",
            time("created"),
            "created_by",
            time("last_altered"),
            "last_altered_by"),
        (view, it) -> {
          Definition.Volume volume = (Definition.Volume) it.definition();
          return stamped(
              view,
              it,
              volume.managed() ? "MANAGED" : "EXTERNAL",
              view.principal(it.owner()),
              it.comment().orElse(null),
              volume.location());
        });
    add(
        "routines",
        SecurableType.FUNCTION,
        columns(
            "routine_catalog",
            "routine_schema",
            "routine_name",
            "routine_type",
            "data_type",
            "routine_body",
            "routine_definition",
            "routine_owner",
            "comment",
            time("created"),
            "created_by",
            time("last_altered"),
            "last_altered_by"),
        (view, it) -> {
          Definition.SqlFunction function = (Definition.SqlFunction) it.definition();
          return stamped(
              view,
              it,
              "FUNCTION",
              function.returnType(),
              "SQL",
              view.alters(it) ? function.body() : null,
              view.principal(it.owner()),
              it.comment().orElse(null));
        });
  }

  private void privileges() {
    privileges("catalog_privileges", SecurableType.CATALOG, "catalog_name");
    privileges("schema_privileges", SecurableType.SCHEMA, "catalog_name", "schema_name");
    privileges(
        "table_privileges", SecurableType.TABLE, "table_catalog", "table_schema", "table_name");
  }

  private void privileges(String name, SecurableType of, Object... path) {
    List<SystemColumn> columns = new ArrayList<>(columns("grantor", "grantee"));
    columns.addAll(columns(path));
    columns.addAll(columns("privilege_type", "is_grantable", "inherited_from"));
    add(
        name,
        of,
        columns,
        (view, it) ->
            view.grants(it).stream()
                .map(
                    grant -> {
                      List<@Nullable Object> row = new ArrayList<>();
                      // Who granted it is in the audit log.
                      row.add(null);
                      row.add(grant.grantee());
                      row.addAll(view.path(it));
                      row.add(grant.privilege().wireName());
                      row.add("NO");
                      row.add(grant.inheritedFrom());
                      return row;
                    })
                .toList());
  }

  private void tags() {
    add(
        "table_tags",
        SecurableType.TABLE,
        columns("catalog_name", "schema_name", "table_name", "tag_name", "tag_value"),
        (view, it) -> tags(view.path(it), it.tags()));
    add(
        "column_tags",
        SecurableType.TABLE,
        columns(
            "catalog_name", "schema_name", "table_name", "column_name", "tag_name", "tag_value"),
        (view, it) -> {
          List<List<@Nullable Object>> rows = new ArrayList<>();
          for (Definition.Column column : table(it).columns()) {
            List<String> path = new ArrayList<>(view.path(it));
            path.add(column.name());
            rows.addAll(tags(path, column.tags()));
          }
          return rows;
        });
  }

  private static List<List<@Nullable Object>> tags(List<String> path, Map<String, String> tags) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    tags.forEach((name, value) -> rows.add(row(path, name, value)));
    return rows;
  }

  private void policies() {
    add(
        "row_filters",
        SecurableType.TABLE,
        columns(
            "table_catalog",
            "table_schema",
            "table_name",
            "filter_catalog",
            "filter_schema",
            "filter_name",
            "target_columns"),
        (view, it) ->
            table(it)
                .rowFilter()
                .map(
                    policy -> {
                      List<@Nullable Object> row = row(view.path(it));
                      row.addAll(view.function(policy));
                      row.add(String.join(", ", policy.columns()));
                      return List.of(row);
                    })
                .orElse(List.of()));
    add(
        "column_masks",
        SecurableType.TABLE,
        columns(
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "mask_catalog",
            "mask_schema",
            "mask_name",
            "using_columns"),
        (view, it) -> {
          List<List<@Nullable Object>> rows = new ArrayList<>();
          for (Definition.Column column : table(it).columns()) {
            column
                .mask()
                .ifPresent(
                    policy -> {
                      List<@Nullable Object> row = row(view.path(it), column.name());
                      row.addAll(view.function(policy));
                      row.add(String.join(", ", policy.columns()));
                      rows.add(row);
                    });
          }
          return rows;
        });
  }
}
