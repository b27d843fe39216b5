package io.millrace.delta.vector;

import io.millrace.delta.vector.NestedNode.Surrounding;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * Finds wanted columns in the schema of one file. Lists are understood in every layout that
 * parquet-format's LogicalTypes.md describes, the old ones of two levels included.
 */
final class FileColumns {
  private final MessageType schema;

  FileColumns(MessageType schema) {
    this.schema = schema;
  }

  /**
   * @throws ParquetDecodingException if the file's type cannot be read as the wanted one
   */
  ColumnSource find(OutputColumn column) {
    if (column instanceof OutputColumn.Constant constant) {
      return new ColumnSource.Constant(new ConstantVector(constant.value()));
    }
    if (column instanceof OutputColumn.RowPosition) {
      return new ColumnSource.Position();
    }
    if (column instanceof OutputColumn.Defaulted defaulted) {
      return new ColumnSource.Defaulted(defaulted, find(defaulted.stored()));
    }
    OutputColumn.FileColumn wanted = (OutputColumn.FileColumn) column;
    GroupType group = schema;
    List<String> path = new ArrayList<>();
    for (ReadField step : wanted.path().subList(0, wanted.path().size() - 1)) {
      Type found = child(group, step);
      if (found == null || found.isPrimitive()) {
        return new ColumnSource.Constant(ConstantVector.NULL);
      }
      path.add(found.getName());
      group = found.asGroupType();
    }
    ReadField field = wanted.field();
    Type found = child(group, field);
    if (found == null) {
      return new ColumnSource.Constant(ConstantVector.NULL);
    }
    path.add(found.getName());
    if (found.isPrimitive() && !found.isRepetition(Repetition.REPEATED)) {
      return new ColumnSource.Flat<>(leaf(wanted.name(), path, field));
    }
    return new ColumnSource.Nested(node(wanted.name(), path, found, field, Surrounding.ROWS));
  }

  private static @Nullable Type child(GroupType group, ReadField wanted) {
    if (wanted.id() >= 0) {
      for (Type type : group.getFields()) {
        if (type.getId() != null && type.getId().intValue() == wanted.id()) {
          return type;
        }
      }
      return null;
    }
    return group.containsField(wanted.name()) ? group.getType(wanted.name()) : null;
  }

  private LeafReader<?> leaf(String column, List<String> path, ReadField field) {
    ColumnDescriptor descriptor = schema.getColumnDescription(path.toArray(new String[0]));
    return new LeafReader<>(
        descriptor, ValueDecoders.of(column, field.type(), descriptor.getPrimitiveType()));
  }

  private NestedNode node(
      String column, List<String> path, Type type, ReadField field, Surrounding surrounding) {
    LogicalTypeRoot root = field.type().getTypeRoot();
    if (type.isPrimitive() != field.children().isEmpty()
        && !type.isRepetition(Repetition.REPEATED)) {
      throw mismatch(column, field, type);
    }
    return switch (root) {
      case ROW -> struct(column, path, type.asGroupType(), field, surrounding);
      case ARRAY -> list(column, path, type, field, surrounding);
      case MAP -> map(column, path, type.asGroupType(), field, surrounding);
      default -> new NestedNode.Leaf<>(leaf(column, path, field), surrounding);
    };
  }

  private NestedNode struct(
      String column, List<String> path, GroupType type, ReadField field, Surrounding around) {
    List<NestedNode> fields = new ArrayList<>();
    NestedNode told = null;
    for (ReadField wanted : field.children()) {
      Type found = child(type, wanted);
      if (found == null) {
        fields.add(new NestedNode.Missing());
        continue;
      }
      NestedNode node =
          node(column + "." + wanted.name(), with(path, found), found, wanted, around);
      fields.add(node);
      told = told == null ? node : told;
    }
    if (told == null) {
      told = anyLeaf(path, type, around);
    }
    return new NestedNode.Struct(fields, told, around, definition(path));
  }

  /** Some leaf of a group, for its levels only. */
  private NestedNode anyLeaf(List<String> path, GroupType group, Surrounding around) {
    List<String> deeper = path;
    Type type = group;
    while (!type.isPrimitive()) {
      Type first = type.asGroupType().getType(0);
      deeper = with(deeper, first);
      type = first;
    }
    ColumnDescriptor descriptor = schema.getColumnDescription(deeper.toArray(new String[0]));
    return new NestedNode.Leaf<>(
        new LeafReader<>(descriptor, ValueDecoders.asStored(descriptor.getPrimitiveType())),
        around);
  }

  private NestedNode list(
      String column, List<String> path, Type type, ReadField field, Surrounding around) {
    ReadField element = field.children().get(0);
    if (type.isRepetition(Repetition.REPEATED)) {
      // A repeated field without a list around it: it is never NULL, only empty.
      Surrounding inner = new Surrounding(repetition(path), definition(path));
      NestedNode only = node(column, path, type, element, inner);
      return new NestedNode.Repeated(List.of(only), around, inner, inner.definition() - 1);
    }
    GroupType group = type.asGroupType();
    Type repeated = onlyRepeated(column, group, field);
    List<String> repeatedPath = with(path, repeated);
    Surrounding inner = new Surrounding(repetition(repeatedPath), definition(repeatedPath));
    NestedNode part;
    if (isElement(group, repeated)) {
      part = node(column + "[]", repeatedPath, repeated, element, inner);
    } else {
      Type stored = repeated.asGroupType().getType(0);
      part = node(column + "[]", with(repeatedPath, stored), stored, element, inner);
    }
    return new NestedNode.Repeated(List.of(part), around, inner, definition(path));
  }

  /** The rules for lists of two levels. */
  private static boolean isElement(GroupType list, Type repeated) {
    return repeated.isPrimitive()
        || repeated.asGroupType().getFieldCount() > 1
        || repeated.getName().equals("array")
        || repeated.getName().equals(list.getName() + "_tuple");
  }

  private NestedNode map(
      String column, List<String> path, GroupType type, ReadField field, Surrounding around) {
    Type repeated = onlyRepeated(column, type, field);
    if (repeated.isPrimitive() || repeated.asGroupType().getFieldCount() != 2) {
      throw mismatch(column, field, type);
    }
    List<String> repeatedPath = with(path, repeated);
    Surrounding inner = new Surrounding(repetition(repeatedPath), definition(repeatedPath));
    Type key = repeated.asGroupType().getType(0);
    Type value = repeated.asGroupType().getType(1);
    return new NestedNode.Repeated(
        List.of(
            node(column + ".key", with(repeatedPath, key), key, field.children().get(0), inner),
            node(
                column + ".value",
                with(repeatedPath, value),
                value,
                field.children().get(1),
                inner)),
        around,
        inner,
        definition(path));
  }

  private static Type onlyRepeated(String column, GroupType group, ReadField field) {
    if (group.getFieldCount() != 1 || !group.getType(0).isRepetition(Repetition.REPEATED)) {
      throw mismatch(column, field, group);
    }
    return group.getType(0);
  }

  private static List<String> with(List<String> path, Type next) {
    List<String> longer = new ArrayList<>(path);
    longer.add(next.getName());
    return longer;
  }

  private int definition(List<String> path) {
    return schema.getMaxDefinitionLevel(path.toArray(new String[0]));
  }

  private int repetition(List<String> path) {
    return schema.getMaxRepetitionLevel(path.toArray(new String[0]));
  }

  private static ParquetDecodingException mismatch(String column, ReadField field, Type file) {
    return new ParquetDecodingException(
        "column %s has type %s in the table, the file has %s"
            .formatted(column, field.type().asSummaryString(), file));
  }
}
