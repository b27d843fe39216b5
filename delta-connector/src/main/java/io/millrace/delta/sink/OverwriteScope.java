package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.filter.FilterValues;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.parquet.ColumnNames;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** Which partitions of a table an {@link Overwrite} replaces. Immutable. */
final class OverwriteScope {
  private final Map<String, Comparable<?>> wanted = new HashMap<>();
  private final Map<String, LogicalType> types = new HashMap<>();
  private final @Nullable Set<Map<String, @Nullable String>> written;

  /**
   * @param names what the table calls its columns in its files
   * @param added the new files
   * @throws MillraceException OPTION_INVALID for a value that its column cannot have
   */
  OverwriteScope(
      DeltaTableSpec spec, ColumnNames names, Overwrite overwrite, List<DataFile> added) {
    overwrite
        .partition()
        .forEach(
            (column, text) -> {
              LogicalType type = spec.rowType().getTypeAt(spec.rowType().getFieldIndex(column));
              Comparable<?> value = FilterValues.ofText(text, type);
              if (value == null) {
                throw new MillraceException(
                    ErrorCode.OPTION_INVALID,
                    "partition %s = '%s' of table %s cannot be overwritten: the value is no %s"
                        .formatted(column, text, spec.name(), type.asSummaryString()),
                    "write the value as the table's partitions have it");
              }
              wanted.put(names.inFiles(column), value);
              types.put(names.inFiles(column), type);
            });
    written = overwrite.dynamic() ? new HashSet<>() : null;
    if (written != null) {
      added.forEach(file -> written.add(file.partitionValues()));
    }
  }

  /** True if the rows of a file are replaced. */
  boolean contains(LiveFile file) {
    Map<String, String> values = file.partitionValues();
    if (written != null && !written.contains(values)) {
      return false;
    }
    for (Map.Entry<String, Comparable<?>> column : wanted.entrySet()) {
      String text = values.get(column.getKey());
      if (text == null
          || !column.getValue().equals(FilterValues.ofText(text, types.get(column.getKey())))) {
        return false;
      }
    }
    return true;
  }
}
