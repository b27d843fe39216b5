package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.Wire.ColumnInfo;
import io.millrace.catalog.flink.rest.Wire.CreateTable;
import io.millrace.catalog.flink.rest.Wire.Dependency;
import io.millrace.catalog.flink.rest.Wire.DependencyList;
import io.millrace.catalog.flink.rest.Wire.FunctionDependency;
import io.millrace.catalog.flink.rest.Wire.TableDependency;
import io.millrace.catalog.flink.rest.Wire.TableInfo;
import io.millrace.catalog.flink.rest.Wire.UpdateTable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.ResolvedCatalogView;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;

/**
 * Views. The catalog keeps the query with all names in full and with the catalog's own name in
 * them, and what it reads. A view that another engine made is read as Flink SQL. Thread-safe.
 */
final class CatalogViews {
  /** The query as somebody wrote it. */
  private static final String ORIGINAL = "millrace.originalQuery";

  private final CatalogNames names;
  private final UnityClient client;

  CatalogViews(CatalogNames names, UnityClient client) {
    this.names = requireNonNull(names, "names is null");
    this.client = requireNonNull(client, "client is null");
  }

  CatalogView view(TableInfo view) {
    String kept = view.viewDefinition() == null ? "" : view.viewDefinition();
    String query =
        ViewSql.withCatalogs(
            kept, catalog -> catalog.equals(names.there()) ? names.here() : catalog);
    Map<String, String> options = new TreeMap<>(view.options());
    String original = options.remove(ORIGINAL);
    return CatalogView.of(
        // Another engine may not have said which columns there are; they come from the query then.
        view.columns() == null || view.columns().isEmpty()
            ? Schema.newBuilder().build()
            : CatalogColumns.schema(view),
        view.comment(),
        original == null ? query : original,
        query,
        options);
  }

  void create(ObjectPath path, ResolvedCatalogView view) {
    String query = query(view);
    client.createTable(
        new CreateTable(
            path.getObjectName(),
            names.there(),
            path.getDatabaseName(),
            "VIEW",
            null,
            columns(view),
            null,
            comment(view),
            properties(view),
            query,
            dependencies(query)));
  }

  void alter(TableInfo before, ResolvedCatalogView view) {
    String query = query(view);
    client.updateTable(
        before.fullName(),
        new UpdateTable(
            null, comment(view), properties(view), columns(view), query, dependencies(query)));
  }

  private String query(ResolvedCatalogView view) {
    return ViewSql.withCatalogs(
        view.getExpandedQuery(), catalog -> catalog.equals(names.here()) ? names.there() : catalog);
  }

  private static String comment(ResolvedCatalogView view) {
    return view.getComment() == null ? "" : view.getComment();
  }

  private static Map<String, String> properties(ResolvedCatalogView view) {
    Map<String, String> properties = new TreeMap<>(view.getOptions());
    properties.put(ORIGINAL, view.getOriginalQuery());
    return properties;
  }

  private static List<ColumnInfo> columns(ResolvedCatalogView view) {
    Map<String, String> comments = new HashMap<>();
    for (Column column : view.getResolvedSchema().getColumns()) {
      column.getComment().ifPresent(comment -> comments.put(column.getName(), comment));
    }
    RowType row =
        (RowType)
            TypeConversions.fromDataToLogicalType(view.getResolvedSchema().toPhysicalRowDataType());
    return CatalogColumns.of(row, comments, List.of());
  }

  /**
   * Tables and functions of the catalog that a query names. A column of a row in a column can read
   * like one, which is why each is looked up.
   */
  private DependencyList dependencies(String query) {
    Map<String, Dependency> found = new LinkedHashMap<>();
    for (ViewSql.Name name : ViewSql.names(query)) {
      ObjectPath path = new ObjectPath(name.schema(), name.object());
      if (!name.catalog().equals(names.there()) || !CatalogNames.isPossible(path)) {
        continue;
      }
      String full = names.full(path);
      if (name.called() && client.findFunction(full).isPresent()) {
        found.put("f " + full, new Dependency(null, new FunctionDependency(full)));
      } else if (!name.called() && client.findTable(full).isPresent()) {
        found.put("t " + full, new Dependency(new TableDependency(full), null));
      }
    }
    return new DependencyList(List.copyOf(found.values()));
  }
}
