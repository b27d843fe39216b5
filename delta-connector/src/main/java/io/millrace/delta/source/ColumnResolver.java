package io.millrace.delta.source;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.vector.ReadField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/** Finds what a reader wants among the columns of one version. */
final class ColumnResolver {
  private final TableSnapshot table;

  ColumnResolver(TableSnapshot table) {
    this.table = table;
  }

  /**
   * @param path names from the column to the field
   * @param type that the values shall have
   * @throws MillraceException COLUMN_NOT_FOUND, TYPE_MISMATCH
   */
  SourceColumn.Data resolve(List<String> path, LogicalType type) {
    String name = String.join(".", path);
    List<TableField> found = find(path);
    List<ReadField> steps = new ArrayList<>();
    for (TableField step : found.subList(0, found.size() - 1)) {
      steps.add(new ReadField(step.physicalName(), step.id(), step.type(), List.of()));
    }
    TableField last = found.get(found.size() - 1);
    if (!fits(type, last)) {
      throw new MillraceException(
          ErrorCode.TYPE_MISMATCH,
          "column %s of table %s is %s at version %d, it is to be read as %s"
              .formatted(
                  name,
                  table.path(),
                  last.type().asSummaryString(),
                  table.version(),
                  type.asSummaryString()),
          "declare the column as the table has it");
    }
    steps.add(readField(last, type));
    return new SourceColumn.Data(name, steps);
  }

  private List<TableField> find(List<String> path) {
    List<TableField> found = new ArrayList<>();
    List<TableField> candidates = table.fields();
    for (String name : path) {
      Optional<TableField> next =
          candidates.stream().filter(field -> field.name().equals(name)).findFirst();
      if (next.isEmpty()) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "table %s has no column %s at version %d"
                .formatted(table.path(), String.join(".", path), table.version()),
            "name one of " + String.join(", ", candidates.stream().map(TableField::name).toList()));
      }
      found.add(next.get());
      candidates = next.get().children();
    }
    return found;
  }

  private static ReadField readField(TableField field, LogicalType type) {
    List<ReadField> children = new ArrayList<>();
    if (type instanceof RowType row) {
      for (RowType.RowField wanted : row.getFields()) {
        TableField child = child(field, wanted.getName()).orElseThrow();
        children.add(readField(child, wanted.getType()));
      }
    } else {
      for (int i = 0; i < field.children().size(); i++) {
        children.add(readField(field.children().get(i), type.getChildren().get(i)));
      }
    }
    return new ReadField(field.physicalName(), field.id(), type, children);
  }

  private static Optional<TableField> child(TableField field, String name) {
    return field.children().stream().filter(child -> child.name().equals(name)).findFirst();
  }

  /** Whether the values of a field can be handed out as a type; nullability is checked by rows. */
  static boolean fits(LogicalType wanted, TableField field) {
    LogicalType has = field.type();
    if (wanted instanceof RowType row) {
      return has instanceof RowType
          && row.getFields().stream()
              .allMatch(
                  part ->
                      child(field, part.getName())
                          .filter(child -> fits(part.getType(), child))
                          .isPresent());
    }
    if (!field.children().isEmpty()) {
      if (wanted.getTypeRoot() != has.getTypeRoot()
          || wanted.getChildren().size() != field.children().size()) {
        return false;
      }
      for (int i = 0; i < field.children().size(); i++) {
        if (!fits(wanted.getChildren().get(i), field.children().get(i))) {
          return false;
        }
      }
      return true;
    }
    if (wanted instanceof DecimalType decimal) {
      return has instanceof DecimalType other
          && decimal.getPrecision() == other.getPrecision()
          && decimal.getScale() == other.getScale();
    }
    return family(wanted) == family(has);
  }

  private static LogicalTypeRoot family(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR -> LogicalTypeRoot.VARCHAR;
      case BINARY -> LogicalTypeRoot.VARBINARY;
      default -> type.getTypeRoot();
    };
  }

  /** The same condition, with names as statistics have them. */
  RowFilter physical(RowFilter filter) {
    if (filter instanceof RowFilter.And and) {
      return new RowFilter.And(and.parts().stream().map(this::physical).toList());
    } else if (filter instanceof RowFilter.Or or) {
      return new RowFilter.Or(or.parts().stream().map(this::physical).toList());
    } else if (filter instanceof RowFilter.Compare compare) {
      return new RowFilter.Compare(
          physical(compare.column()), compare.comparison(), compare.value());
    } else if (filter instanceof RowFilter.In in) {
      return new RowFilter.In(physical(in.column()), in.values());
    }
    RowFilter.IsNull isNull = (RowFilter.IsNull) filter;
    return new RowFilter.IsNull(physical(isNull.column()), isNull.wanted());
  }

  /** The same column, by the names that statistics and partition values have. */
  ColumnRef physical(ColumnRef column) {
    return new ColumnRef(
        find(column.path()).stream().map(TableField::physicalName).toList(), column.type());
  }
}
