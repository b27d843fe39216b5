package io.millrace.catalog.server.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.model.Definition.Dependency;
import io.millrace.catalog.server.model.Definition.Policy;
import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.CatalogException;
import io.millrace.catalog.server.service.TableConstraint;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tables as Unity Catalog's REST API writes them; filters, masks and constraints as Databricks'.
 */
final class TableJson {
  private static final Set<String> FORMATS =
      Set.of("DELTA", "CSV", "JSON", "AVRO", "PARQUET", "ORC", "TEXT");
  private static final Set<String> TYPE_NAMES =
      Set.of(
          "BOOLEAN",
          "BYTE",
          "SHORT",
          "INT",
          "LONG",
          "FLOAT",
          "DOUBLE",
          "DATE",
          "TIMESTAMP",
          "TIMESTAMP_NTZ",
          "STRING",
          "BINARY",
          "DECIMAL",
          "INTERVAL",
          "ARRAY",
          "STRUCT",
          "MAP",
          "VARIANT",
          "CHAR",
          "NULL",
          "USER_DEFINED_TYPE",
          "TABLE_TYPE");

  private TableJson() {}

  record ColumnInfo(
      Optional<String> name,
      Optional<String> typeText,
      Optional<String> typeJson,
      Optional<String> typeName,
      Optional<Integer> typePrecision,
      Optional<Integer> typeScale,
      Optional<String> typeIntervalType,
      Optional<Integer> position,
      Optional<String> comment,
      Optional<Boolean> nullable,
      Optional<Integer> partitionIndex,
      Optional<ColumnMask> mask) {}

  record ColumnMask(String functionName, List<String> usingColumnNames) {}

  record RowFilter(String functionName, List<String> inputColumnNames) {}

  record TableName(String tableFullName) {}

  record FunctionName(String functionFullName) {}

  record DependencyInfo(Optional<TableName> table, Optional<FunctionName> function) {}

  record DependencyList(Optional<List<DependencyInfo>> dependencies) {}

  record PrimaryKey(String name, List<String> childColumns) {}

  record ForeignKey(
      String name, List<String> childColumns, String parentTable, List<String> parentColumns) {}

  record CheckConstraint(String name, String condition) {}

  record ConstraintInfo(
      Optional<PrimaryKey> primaryKeyConstraint,
      Optional<ForeignKey> foreignKeyConstraint,
      Optional<CheckConstraint> checkConstraint) {}

  record TableInfo(
      String name,
      String catalogName,
      String schemaName,
      String tableType,
      Optional<String> dataSourceFormat,
      Optional<List<ColumnInfo>> columns,
      Optional<String> storageLocation,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      String owner,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String tableId,
      String fullName,
      Optional<String> viewDefinition,
      Optional<DependencyList> viewDependencies,
      Optional<List<ConstraintInfo>> tableConstraints,
      Optional<RowFilter> rowFilter) {}

  /**
   * How much of a table is shown.
   *
   * @param managed types that are shown as MANAGED, for clients that know nothing else
   */
  record View(Set<TableType> managed, boolean columns, boolean properties) {
    static final View WHOLE = new View(Set.of(), true, true);
  }

  static TableInfo info(CatalogState state, Securable it, View view) {
    Definition.Table table = (Definition.Table) it.definition();
    Securable schema = container(state, it, it.name());
    Securable catalog = container(state, schema, it.name());
    boolean asManaged = view.managed().contains(table.tableType()) && table.location().isPresent();
    List<ColumnInfo> columns = new ArrayList<>();
    for (Column column : table.columns()) {
      columns.add(column(state, column, columns.size()));
    }
    return new TableInfo(
        it.name(),
        catalog.name(),
        schema.name(),
        asManaged ? TableType.MANAGED.name() : table.tableType().name(),
        table.format(),
        view.columns() ? Optional.of(columns) : Optional.empty(),
        table.location(),
        it.comment(),
        view.properties() ? Optional.of(it.properties()) : Optional.empty(),
        Work.name(state, it.owner()),
        it.created().at().toEpochMilli(),
        Work.name(state, it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(state, it.updated().by()),
        it.id().toString(),
        catalog.name() + "." + schema.name() + "." + it.name(),
        table.viewText(),
        table.viewText().map(text -> dependencies(table.dependencies())),
        table.constraints().isEmpty()
            ? Optional.empty()
            : Optional.of(
                table.constraints().entrySet().stream()
                    .map(entry -> constraint(entry.getKey(), entry.getValue()))
                    .toList()),
        table.rowFilter().map(policy -> new RowFilter(function(state, policy), policy.columns())));
  }

  /** Somebody may have dropped the schema, with the table, since the table was found. */
  private static Securable container(CatalogState state, Securable in, String table) {
    return state
        .find(in.parent())
        .orElseThrow(
            () ->
                new CatalogException(
                    ErrorCode.SECURABLE_NOT_FOUND,
                    SecurableType.TABLE,
                    "table %s was dropped meanwhile".formatted(table),
                    "list what is there now"));
  }

  private static ColumnInfo column(CatalogState state, Column column, int position) {
    return new ColumnInfo(
        Optional.of(column.name()),
        Optional.of(column.typeText()),
        column.typeJson(),
        Optional.of(column.typeName()),
        column.typePrecision(),
        column.typeScale(),
        column.typeIntervalType(),
        Optional.of(position),
        column.comment(),
        Optional.of(column.nullable()),
        column.partitionIndex(),
        column.mask().map(policy -> new ColumnMask(function(state, policy), policy.columns())));
  }

  private static String function(CatalogState state, Policy policy) {
    return state.find(policy.function()).map(state::fullName).orElse(policy.function().toString());
  }

  private static DependencyList dependencies(List<Dependency> dependencies) {
    return new DependencyList(
        Optional.of(
            dependencies.stream()
                .map(
                    each ->
                        each.isFunction()
                            ? new DependencyInfo(
                                Optional.empty(), Optional.of(new FunctionName(each.fullName())))
                            : new DependencyInfo(
                                Optional.of(new TableName(each.fullName())), Optional.empty()))
                .toList()));
  }

  private static ConstraintInfo constraint(String name, String sql) {
    TableConstraint parsed = TableConstraint.parse(sql);
    if (parsed instanceof TableConstraint.PrimaryKey key) {
      return new ConstraintInfo(
          Optional.of(new PrimaryKey(name, key.columns())), Optional.empty(), Optional.empty());
    }
    if (parsed instanceof TableConstraint.ForeignKey key) {
      return new ConstraintInfo(
          Optional.empty(),
          Optional.of(new ForeignKey(name, key.columns(), key.parent(), key.parentColumns())),
          Optional.empty());
    }
    return new ConstraintInfo(
        Optional.empty(),
        Optional.empty(),
        Optional.of(new CheckConstraint(name, ((TableConstraint.Check) parsed).condition())));
  }

  /**
   * Columns of a request, in order of their positions.
   *
   * @throws MillraceException ARGUMENT_INVALID
   */
  static List<Column> columns(List<ColumnInfo> given) {
    List<ColumnInfo> ordered = new ArrayList<>(given);
    if (given.stream().allMatch(column -> column.position().isPresent())) {
      ordered.sort(Comparator.comparing(column -> column.position().orElseThrow()));
      for (int i = 0; i < ordered.size(); i++) {
        if (ordered.get(i).position().orElseThrow() != i) {
          throw invalid(
              "no column has the position " + i,
              "number columns from 0 on, or leave positions out");
        }
      }
    } else if (given.stream().anyMatch(column -> column.position().isPresent())) {
      throw invalid("some columns have a position and some have none", "give all, or none");
    }
    return ordered.stream().map(TableJson::column).toList();
  }

  private static Column column(ColumnInfo given) {
    String name = given.name().orElseThrow(() -> invalid("a column has no name", "name it"));
    String text =
        given
            .typeText()
            .orElseThrow(
                () -> invalid("column %s has no type_text".formatted(name), "add its type"));
    String typeName =
        given
            .typeName()
            .filter(TYPE_NAMES::contains)
            .orElseThrow(
                () ->
                    invalid(
                        "column %s has no type_name that is known".formatted(name),
                        "use one of " + String.join(", ", TYPE_NAMES.stream().sorted().toList())));
    given.typeJson().ifPresent(json -> requireJson(name, json));
    if (given.mask().isPresent()) {
      throw invalid(
          "column %s comes with a mask".formatted(name),
          "make the table first, then set the mask of the column");
    }
    return new Column(
        name,
        text,
        typeName,
        given.typeJson(),
        given.typePrecision(),
        given.typeScale(),
        given.typeIntervalType(),
        given.nullable().orElse(true),
        given.comment(),
        given.partitionIndex(),
        Map.of(),
        Optional.empty());
  }

  private static void requireJson(String name, String json) {
    try {
      Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw invalid(
          "type_json of column %s is not JSON".formatted(name),
          "write it as Delta does, or leave it out");
    }
  }

  static TableType type(String name) {
    return Arrays.stream(TableType.values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "tables of the type %s are not made here".formatted(name),
                    "use one of "
                        + String.join(
                            ", ",
                            Arrays.stream(TableType.values()).map(TableType::name).toList())));
  }

  static String format(String name) {
    if (!FORMATS.contains(name)) {
      throw invalid(
          "the data_source_format %s is not known".formatted(name),
          "use one of " + String.join(", ", FORMATS.stream().sorted().toList()));
    }
    return name;
  }

  static List<Dependency> dependencies(DependencyList given) {
    return given.dependencies().orElse(List.of()).stream()
        .map(
            each -> {
              if (each.table().isPresent() == each.function().isPresent()) {
                throw invalid(
                    "a dependency names a table and a function, or neither", "name one of them");
              }
              return each.table().isPresent()
                  ? new Dependency(false, each.table().get().tableFullName())
                  : new Dependency(true, each.function().orElseThrow().functionFullName());
            })
        .toList();
  }

  static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
