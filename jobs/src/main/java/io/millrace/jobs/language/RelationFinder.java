package io.millrace.jobs.language;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.jspecify.annotations.Nullable;

/**
 * Finds the identifiers of a query that stand for a relation and are not a common table expression.
 */
final class RelationFinder {
  private final List<SqlIdentifier> found = new ArrayList<>();

  /** Names of the common table expressions that can be seen, per {@code WITH} around. */
  private final Deque<Set<String>> scopes = new ArrayDeque<>();

  private final Set<String> commonTables = new HashSet<>();

  private RelationFinder() {}

  static List<SqlIdentifier> in(SqlNode query) {
    RelationFinder finder = new RelationFinder();
    finder.expression(query);
    return finder.found;
  }

  /** Names of all common table expressions of a query. */
  static Set<String> commonTables(SqlNode query) {
    RelationFinder finder = new RelationFinder();
    finder.expression(query);
    return finder.commonTables;
  }

  /** Anything but what stands after FROM. */
  private void expression(@Nullable SqlNode node) {
    if (node instanceof SqlNodeList list) {
      list.forEach(this::expression);
    } else if (node instanceof SqlWith with) {
      with(with);
    } else if (node instanceof SqlSelect select) {
      relation(select.getFrom());
      for (SqlNode operand : select.getOperandList()) {
        if (operand != select.getFrom()) {
          expression(operand);
        }
      }
    } else if (node instanceof SqlCall call) {
      if (call.getKind() == SqlKind.EXPLICIT_TABLE) {
        relation(call.operand(0));
      } else {
        call.getOperandList().forEach(this::expression);
      }
    }
  }

  /** What stands after FROM, or is a part of it. */
  private void relation(@Nullable SqlNode node) {
    if (node instanceof SqlIdentifier identifier) {
      boolean visible =
          identifier.isSimple()
              && scopes.stream().anyMatch(names -> names.contains(identifier.getSimple()));
      if (!visible) {
        found.add(identifier);
      }
    } else if (node instanceof SqlJoin join) {
      relation(join.getLeft());
      relation(join.getRight());
      expression(join.getCondition());
    } else if (node instanceof SqlCall call) {
      switch (call.getKind()) {
        case AS, TABLE_REF, SNAPSHOT, LATERAL, TABLESAMPLE, MATCH_RECOGNIZE, PIVOT, UNPIVOT -> {
          relation(call.operand(0));
          call.getOperandList().stream().skip(1).forEach(this::expression);
        }
        default -> expression(call);
      }
    } else {
      expression(node);
    }
  }

  /** A common table expression is seen by those after it and by the body. */
  private void with(SqlWith with) {
    Set<String> names = new HashSet<>();
    scopes.push(names);
    for (SqlNode node : with.withList) {
      SqlWithItem item = (SqlWithItem) node;
      expression(item.query);
      names.add(item.name.getSimple());
      commonTables.add(item.name.getSimple());
    }
    expression(with.body);
    scopes.pop();
  }
}
