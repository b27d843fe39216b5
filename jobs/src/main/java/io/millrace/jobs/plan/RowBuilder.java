package io.millrace.jobs.plan;

import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.operators.Provenance;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Lays out a new row: what is asked for first, then what has to travel along. A row that would
 * equal the one it is made from costs nothing: {@link #build} gives the input itself.
 */
final class RowBuilder {
  private final PlanNode input;
  private final List<String> names = new ArrayList<>();
  private final List<Expression> expressions = new ArrayList<>();
  private final List<Integer> copies = new ArrayList<>();

  RowBuilder(PlanNode input) {
    this.input = input;
  }

  int size() {
    return names.size();
  }

  /** Adds a column of the input; gives its position in the new row. */
  int copy(String name, int position) {
    names.add(name);
    expressions.add(new CopiedColumn(position, input.rowType().getTypeAt(position)));
    copies.add(position);
    return names.size() - 1;
  }

  /** Adds what is computed; gives its position in the new row. */
  int compute(String name, Expression expression) {
    names.add(name);
    expressions.add(expression);
    copies.add(-1);
    return names.size() - 1;
  }

  /** The position in the new row of a column of the input that was copied, or -1. */
  int copyOf(int position) {
    return copies.indexOf(position);
  }

  /** Sees to it that the row says where it came from; gives where it does so. */
  Provenance carry(Provenance provenance) {
    if (!SourceColumns.isKnown(provenance)) {
      return Provenance.NONE;
    }
    int[] at = SourceColumns.positions(provenance);
    for (int i = 0; i < at.length; i++) {
      int copied = copyOf(at[i]);
      at[i] = copied >= 0 ? copied : copy("__source_" + i, at[i]);
    }
    return SourceColumns.at(at);
  }

  /** Where the row still says where it came from, without adding anything. */
  Provenance keep(Provenance provenance) {
    if (!SourceColumns.isKnown(provenance)) {
      return Provenance.NONE;
    }
    int[] at = SourceColumns.positions(provenance);
    for (int i = 0; i < at.length; i++) {
      at[i] = copyOf(at[i]);
      if (at[i] < 0) {
        return Provenance.NONE;
      }
    }
    return SourceColumns.at(at);
  }

  /** The node of the new row: the input itself where it begins with just these fields. */
  PlanNode build(NodeNames nodes, String name) {
    return isPrefix() ? input : projected(nodes.unique(name));
  }

  /** As {@link #build}, but the row has no further fields: it is about to be serialized. */
  PlanNode buildExactly(NodeNames nodes, String name) {
    return isPrefix() && size() == input.rowType().getFieldCount()
        ? input
        : projected(nodes.unique(name));
  }

  private boolean isPrefix() {
    for (int i = 0; i < copies.size(); i++) {
      if (copies.get(i) != i) {
        return false;
      }
    }
    return true;
  }

  private PlanNode projected(String name) {
    List<LogicalType> types = expressions.stream().map(Expression::type).toList();
    return new PlanNode.Project(name, input, expressions, FromScope.rowType(names, types));
  }

  RowType typeOfFirst(int count) {
    return FromScope.rowType(
        names.subList(0, count),
        expressions.subList(0, count).stream().map(Expression::type).toList());
  }
}
