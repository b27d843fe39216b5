package io.millrace.catalog.flink.lineage;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.QueryOperationCatalogView;
import org.jspecify.annotations.Nullable;

/**
 * Finds the views that a statement names, and those that these name. The plan does not have them:
 * the planner puts their queries into their places.
 */
final class ViewNames extends SqlBasicVisitor<@Nullable Void> {
  /** Where names of fewer than three parts are looked for. */
  record Place(String catalog, String database) {}

  private final CatalogManager catalogs;
  private final SqlText text;
  private final Gathered gathered;
  private final Place place;
  private final Set<String> withNames;

  ViewNames(CatalogManager catalogs, SqlText text, Gathered gathered, Place place) {
    this(catalogs, text, gathered, place, Set.of());
  }

  private ViewNames(
      CatalogManager catalogs,
      SqlText text,
      Gathered gathered,
      Place place,
      Set<String> withNames) {
    this.catalogs = catalogs;
    this.text = text;
    this.gathered = gathered;
    this.place = place;
    this.withNames = withNames;
  }

  @Override
  public @Nullable Void visit(SqlCall call) {
    if (call instanceof SqlWith with) {
      Set<String> known = new HashSet<>(withNames);
      for (SqlNode item : with.withList) {
        SqlWithItem named = (SqlWithItem) item;
        inner(known).scan(named.query);
        known.add(named.name.getSimple());
      }
      inner(known).scan(with.body);
      return null;
    }
    if (call instanceof SqlSelect select) {
      from(select.getFrom());
      for (SqlNode operand : select.getOperandList()) {
        if (operand != select.getFrom()) {
          scan(operand);
        }
      }
      return null;
    }
    if (call.getKind() == SqlKind.EXPLICIT_TABLE) {
      from(call.operand(0));
      return null;
    }
    for (SqlNode operand : call.getOperandList()) {
      scan(operand);
    }
    return null;
  }

  private ViewNames inner(Set<String> known) {
    return new ViewNames(catalogs, text, gathered, place, Set.copyOf(known));
  }

  private void scan(@Nullable SqlNode node) {
    if (node != null) {
      node.accept(this);
    }
  }

  /** What stands where a table may. */
  private void from(@Nullable SqlNode node) {
    if (node instanceof SqlIdentifier name) {
      table(name.names);
      return;
    }
    if (!(node instanceof SqlCall call)) {
      return;
    }
    if (call instanceof SqlJoin join) {
      from(join.getLeft());
      from(join.getRight());
      scan(join.getCondition());
      return;
    }
    List<SqlNode> operands = call.getOperandList();
    switch (call.getKind()) {
      case AS, TABLE_REF, SNAPSHOT, TABLESAMPLE, MATCH_RECOGNIZE, EXTEND -> {
        from(operands.get(0));
        operands.stream().skip(1).forEach(this::scan);
      }
      default -> scan(call);
    }
  }

  private void table(List<String> names) {
    if (names.size() == 1 && withNames.contains(names.get(0))) {
      return;
    }
    Optional<ObjectIdentifier> identifier = identifier(names);
    Optional<ContextResolvedTable> table = identifier.flatMap(catalogs::getTable);
    if (table.isEmpty()) {
      return; // a function without arguments: the plan has all tables
    }
    CatalogBaseTable definition = table.get().getTable();
    if (definition instanceof CatalogView view && gathered.view(TableScans.nameOf(table.get()))) {
      Place within =
          new Place(identifier.get().getCatalogName(), identifier.get().getDatabaseName());
      Optional<String> query =
          view instanceof QueryOperationCatalogView operation
              ? SqlText.of(operation.getQueryOperation())
              : Optional.of(view.getExpandedQuery());
      if (query.isEmpty()) {
        gathered.gap(
            "view %s: views that it names may be missing".formatted(table.get().getIdentifier()));
        return;
      }
      new ViewNames(catalogs, text, gathered, within).scan(text.parsed(query.get()));
    }
  }

  private Optional<ObjectIdentifier> identifier(List<String> names) {
    return switch (names.size()) {
      case 1 -> Optional.of(ObjectIdentifier.of(place.catalog(), place.database(), names.get(0)));
      case 2 -> Optional.of(ObjectIdentifier.of(place.catalog(), names.get(0), names.get(1)));
      case 3 -> Optional.of(ObjectIdentifier.of(names.get(0), names.get(1), names.get(2)));
      default -> Optional.empty();
    };
  }
}
