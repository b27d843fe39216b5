package io.millrace.jobs.plan;

import io.millrace.jobs.expression.Column;
import io.millrace.jobs.expression.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * What the expressions of one SELECT can name: the columns of its FROM.
 *
 * @param relation all columns of all tables of the FROM in one row
 * @param qualifiers of each column of the relation: the alias of the table that it is from
 */
record FromScope(Relation relation, List<String> qualifiers) {
  static FromScope of(Relation relation, String alias) {
    return new FromScope(relation, relation.columns().stream().map(column -> alias).toList());
  }

  Scope scope() {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < relation.columns().size(); i++) {
      String table = qualifiers.get(i);
      add(
          columns,
          table.isEmpty() ? Optional.empty() : Optional.of(table),
          List.of(),
          relation.columns().get(i));
    }
    return new Scope(columns);
  }

  private static void add(
      List<Column> columns, Optional<String> table, List<String> within, RelationColumn column) {
    List<String> path = new ArrayList<>(within);
    path.add(column.name());
    if (column.isStructure()) {
      column.fields().forEach(field -> add(columns, table, path, field));
    } else {
      columns.add(new Column(table, path, column.type(), column.position()));
    }
  }

  /** The column, structure or not, that a name means; empty if there is none or more than one. */
  Optional<RelationColumn> find(List<String> names) {
    List<RelationColumn> found = new ArrayList<>();
    for (int i = 0; i < relation.columns().size(); i++) {
      RelationColumn column = relation.columns().get(i);
      descend(column, names).ifPresent(found::add);
      if (names.size() > 1 && names.get(0).equals(qualifiers.get(i))) {
        descend(column, names.subList(1, names.size())).ifPresent(found::add);
      }
    }
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private static Optional<RelationColumn> descend(RelationColumn column, List<String> names) {
    if (!column.name().equals(names.get(0))) {
      return Optional.empty();
    }
    if (names.size() == 1) {
      return Optional.of(column);
    }
    for (RelationColumn field : column.fields()) {
      Optional<RelationColumn> found = descend(field, names.subList(1, names.size()));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  static RowType rowType(List<String> names, List<? extends LogicalType> types) {
    List<RowType.RowField> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      fields.add(new RowType.RowField(names.get(i), types.get(i)));
    }
    return new RowType(false, fields);
  }
}
