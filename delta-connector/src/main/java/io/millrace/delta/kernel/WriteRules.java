package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.parquet.ColumnNames;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a table asks of those who write its files, as of one version.
 *
 * @param names what it calls its columns in its files
 */
public record WriteRules(ColumnNames names) {
  public WriteRules {
    requireNonNull(names, "names is null");
  }

  /**
   * Reads the rules of a table, creating it or changing its schema before if that is wanted.
   *
   * @throws MillraceException as {@link DeltaTables#createIfAbsent}
   */
  public static WriteRules load(TableDefinition table) {
    if (table.evolution().adds()) {
      DeltaTables.createIfAbsent(table);
    }
    SnapshotLoader loader = new SnapshotLoader(table.path(), Optional.empty());
    try {
      return loader.load(OptionalLong.empty(), loaded -> of(loaded.snapshot()));
    } catch (MillraceException e) {
      if (!DeltaTables.isAbsent(e)) {
        throw e;
      }
    }
    DeltaTables.createIfAbsent(table);
    return loader.load(OptionalLong.empty(), loaded -> of(loaded.snapshot()));
  }

  static WriteRules of(Snapshot snapshot) {
    ColumnMapping.ColumnMappingMode mode =
        TableConfig.COLUMN_MAPPING_MODE.fromMetadata(snapshot.getMetadata());
    return new WriteRules(
        ColumnMapping.isColumnMappingModeEnabled(mode)
            ? names(snapshot.getSchema())
            : ColumnNames.AS_THEY_ARE);
  }

  private static ColumnNames names(StructType struct) {
    Map<String, ColumnNames.Column> columns = new LinkedHashMap<>();
    for (StructField field : struct.fields()) {
      columns.put(
          field.getName(),
          new ColumnNames.Column(
              ColumnMapping.getPhysicalName(field),
              OptionalInt.of(ColumnMapping.getColumnId(field)),
              below(field.getDataType())));
    }
    return new ColumnNames(columns);
  }

  private static ColumnNames below(DataType type) {
    if (type instanceof StructType struct) {
      return names(struct);
    } else if (type instanceof ArrayType array) {
      return new ColumnNames(Map.of("element", entry("element", array.getElementType())));
    } else if (type instanceof MapType map) {
      Map<String, ColumnNames.Column> entries = new LinkedHashMap<>();
      entries.put("key", entry("key", map.getKeyType()));
      entries.put("value", entry("value", map.getValueType()));
      return new ColumnNames(entries);
    }
    return ColumnNames.AS_THEY_ARE;
  }

  private static ColumnNames.Column entry(String name, DataType type) {
    return new ColumnNames.Column(name, OptionalInt.empty(), below(type));
  }
}
