package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.rowtracking.RowTracking;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.vector.OutputColumn;
import io.millrace.delta.vector.ReadField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * The columns in which the files of a table that tracks its rows ({@code delta.enableRowTracking})
 * keep what a row brought along from another file. They are not among the table's columns. Where
 * they are NULL or not there, ids count on from the file's first, and all rows are of the version
 * that the file came with.
 *
 * @param id column of the row's id, which it keeps for as long as it is in the table
 * @param version column of the version that the row was inserted or last updated by
 */
public record TrackingColumns(String id, String version) implements Serializable {
  private static final String ROW_ID = "delta.rowTracking.materializedRowIdColumnName";
  private static final String ROW_VERSION =
      "delta.rowTracking.materializedRowCommitVersionColumnName";

  /** Tags of a commit that says so; without them others take it that rows have lost their ids. */
  static final Map<String, String> KEPT = Map.of("delta.rowTracking.preserved", "true");

  private static final String INDEXED_COLUMNS = "delta.dataSkippingNumIndexedCols";
  private static final int INDEXED_COLUMNS_DEFAULT = 32;

  public TrackingColumns {
    requireNonNull(id, "id is null");
    requireNonNull(version, "version is null");
  }

  /**
   * @return empty if the table does not track its rows
   * @throws MillraceException TABLE_CORRUPT if it does, and does not say in which columns
   */
  static Optional<TrackingColumns> of(String path, Protocol protocol, Metadata metadata) {
    if (!areKept(protocol, metadata)) {
      return Optional.empty();
    }
    Map<String, String> properties = metadata.getConfiguration();
    String id = properties.get(ROW_ID);
    String version = properties.get(ROW_VERSION);
    if (id == null || version == null) {
      throw new MillraceException(
          ErrorCode.TABLE_CORRUPT,
          "table %s tracks rows and does not say in which columns: %s and %s are not both set"
              .formatted(path, ROW_ID, ROW_VERSION),
          "turn row tracking off and on again with the engine that the table was made with");
    }
    return Optional.of(new TrackingColumns(id, version));
  }

  /** Whether a table tracks its rows, so that these stay what they were wherever they go. */
  static boolean areKept(Protocol protocol, Metadata metadata) {
    return TableFeatures.isRowTrackingSupported(protocol)
        && RowTracking.isEnabled(protocol, metadata);
  }

  /** Both, as columns of a file. */
  public List<RowType.RowField> fields() {
    return List.of(field(id), field(version));
  }

  private static RowType.RowField field(String name) {
    return new RowType.RowField(name, new BigIntType(true));
  }

  /**
   * Both, as read from a file: every row has an id and a version.
   *
   * @throws MillraceException TABLE_CORRUPT if the log has none for the file
   */
  public List<OutputColumn> in(String tablePath, LiveFile file) {
    return List.of(
        ids(id, known(tablePath, file, file.baseRowId())),
        versions(version, known(tablePath, file, file.rowCommitVersion())));
  }

  /**
   * @param column that may hold ids
   * @param first id of the file's first row, as the log has it
   */
  public static OutputColumn ids(String column, long first) {
    return new OutputColumn.Defaulted(stored(column), first, true);
  }

  /**
   * @param column that may hold versions
   * @param version of the file's rows, as the log has it
   */
  public static OutputColumn versions(String column, long version) {
    return new OutputColumn.Defaulted(stored(column), version, false);
  }

  private static OutputColumn.FileColumn stored(String column) {
    return new OutputColumn.FileColumn(
        column, List.of(new ReadField(column, -1, new BigIntType(true), List.of())));
  }

  private static long known(String tablePath, LiveFile file, OptionalLong value) {
    return value.orElseThrow(
        () ->
            new MillraceException(
                ErrorCode.TABLE_CORRUPT,
                "file %s of table %s has no row ids in the log, and the table tracks its rows"
                    .formatted(file.path(), tablePath),
                "turn row tracking off and on again with the engine that the table was made with"));
  }

  /**
   * Files of the table in which rows bring along their ids, and are of the version that adds them.
   */
  public DeltaTableSpec withIds(DeltaTableSpec table) {
    return with(table, List.of(field(id)));
  }

  /** Files of the table in which rows bring along both. */
  public DeltaTableSpec withBoth(DeltaTableSpec table) {
    return with(table, fields());
  }

  private static DeltaTableSpec with(DeltaTableSpec table, List<RowType.RowField> more) {
    List<RowType.RowField> fields = new ArrayList<>(table.rowType().getFields());
    List<LogicalType> inFiles =
        fields.stream()
            .filter(field -> !table.partitionColumns().contains(field.getName()))
            .map(RowType.RowField::getType)
            .toList();
    fields.addAll(more);
    return new DeltaTableSpec(
            table.name(),
            table.path(),
            table.sinkId(),
            new RowType(false, fields),
            List.of(),
            withoutStatistics(table.properties(), inFiles))
        .partitionedBy(table.partitionColumns());
  }

  /**
   * Table properties by which files get no statistics of these columns, which are not people's.
   *
   * @param columns that come before them in the files
   */
  public static Map<String, String> withoutStatistics(
      Map<String, String> properties, List<LogicalType> columns) {
    Map<String, String> changed = new TreeMap<>(properties);
    int leaves = leaves(columns);
    String set = properties.get(INDEXED_COLUMNS);
    int indexed = set == null ? INDEXED_COLUMNS_DEFAULT : Integer.parseInt(set.strip());
    changed.put(
        INDEXED_COLUMNS, Integer.toString(indexed < 0 ? leaves : Math.min(indexed, leaves)));
    return changed;
  }

  /** As statistics count them: fields of rows, and everything else by itself. */
  private static int leaves(List<LogicalType> columns) {
    int leaves = 0;
    for (LogicalType column : columns) {
      leaves += column instanceof RowType row ? leaves(row.getChildren()) : 1;
    }
    return leaves;
  }
}
