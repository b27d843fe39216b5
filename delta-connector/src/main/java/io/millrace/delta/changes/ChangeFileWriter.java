package io.millrace.delta.changes;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.ChangeFile;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.Partition;
import io.millrace.delta.parquet.PartitionValues;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the changed rows of one commit into files of the table's change data feed: the table's
 * columns and {@code _change_type}, below {@code _change_data}, in the folders of their partitions.
 *
 * <p>The files become part of the table by the commit that names them; until then {@link #discard}
 * deletes them. On a local disk they have reached the disk when {@link #finish} returns. Rows may
 * be reused by the caller. Owned by one thread.
 */
public final class ChangeFileWriter implements AutoCloseable {
  /** Folder of a table's change data, relative to the table's. */
  public static final String FOLDER = "_change_data/";

  /** The column that says what a row is. */
  public static final String CHANGE_TYPE = "_change_type";

  /** Columns that a table with a change data feed cannot have. */
  private static final Set<String> RESERVED =
      Set.of(CHANGE_TYPE, "_commit_version", "_commit_timestamp");

  private static final Logger LOG = LoggerFactory.getLogger(ChangeFileWriter.class);

  /** Files that are open at a time, one for each partition; more are finished early. */
  private static final int OPEN_FILES_MAX = 100;

  private final DeltaTableSpec table;
  private final PartitionValues partitions;
  private final RowDataParquetWriter prototype;
  private final Map<ChangeType, RowData> types = new EnumMap<>(ChangeType.class);
  private final JoinedRowData changed = new JoinedRowData();

  /** Open files; the first is the one that was used least recently. */
  private final Map<Partition, RowDataParquetWriter> open = new LinkedHashMap<>(16, 0.75f, true);

  private List<ChangeFile> finished = new ArrayList<>();
  private @Nullable Partition lastPartition;
  private @Nullable RowDataParquetWriter lastWriter;

  /**
   * @param table with all its columns in the order of the rows that come, and its partition columns
   * @param names what the table calls its columns in its files
   * @param subtask index of the writing subtask, which goes into the files' names
   * @throws MillraceException TABLE_UNSUPPORTED if a column has a name that the feed needs;
   *     TYPE_UNSUPPORTED
   */
  public ChangeFileWriter(
      DeltaTableSpec table, ColumnNames names, int subtask, ParquetOptions options) {
    this.table = table;
    requireNoReserved(table);
    partitions = new PartitionValues(table, names);
    prototype = RowDataParquetWriter.ofChanges(withChangeType(table), names, subtask, options);
    for (ChangeType type : ChangeType.values()) {
      types.put(type, GenericRowData.of(StringData.fromString(type.text())));
    }
  }

  private static void requireNoReserved(DeltaTableSpec table) {
    for (String column : table.rowType().getFieldNames()) {
      if (RESERVED.contains(column)) {
        throw new MillraceException(
            ErrorCode.TABLE_UNSUPPORTED,
            "table %s has a change data feed and a column %s, which the feed has too"
                .formatted(table.name(), column),
            "rename the column, or set the table property delta.enableChangeDataFeed to false");
      }
    }
  }

  private static DeltaTableSpec withChangeType(DeltaTableSpec table) {
    List<RowType.RowField> fields = new ArrayList<>(table.rowType().getFields());
    fields.add(new RowType.RowField(CHANGE_TYPE, VarCharType.STRING_TYPE));
    Map<String, String> properties = new TreeMap<>(table.properties());
    // The log has no place for statistics of these files.
    properties.put("delta.dataSkippingNumIndexedCols", "0");
    return new DeltaTableSpec(
            table.name(),
            table.path(),
            table.sinkId(),
            new RowType(false, fields),
            List.of(),
            properties)
        .partitionedBy(table.partitionColumns());
  }

  /**
   * Writes a row into the partition that its values say.
   *
   * @throws MillraceException NOT_NULL_VIOLATED, TYPE_UNSUPPORTED: the writer is then of no use
   */
  public void write(ChangeType type, RowData row) throws IOException {
    write(type, row, table.partitionColumns().isEmpty() ? Partition.NONE : partitions.of(row));
  }

  /**
   * Writes a row of which the partition is known, as for all rows of a data file.
   *
   * @throws MillraceException as the other method
   */
  public void write(ChangeType type, RowData row, Partition partition) throws IOException {
    RowDataParquetWriter writer = lastWriter;
    if (writer == null || !partition.equals(lastPartition)) {
      writer = writerOf(partition);
    }
    if (writer.isFull()) {
      finishFile(writer);
    }
    writer.write(changed.replace(row, types.get(type)));
  }

  private RowDataParquetWriter writerOf(Partition partition) throws IOException {
    RowDataParquetWriter writer = open.get(partition);
    if (writer == null) {
      if (open.size() >= OPEN_FILES_MAX) {
        Partition eldest = open.keySet().iterator().next();
        finishFile(open.get(eldest));
        open.remove(eldest);
      }
      writer =
          prototype.forPartition(new Partition(FOLDER + partition.folder(), partition.values()));
      open.put(partition, writer);
    }
    lastPartition = partition;
    lastWriter = writer;
    return writer;
  }

  private void finishFile(RowDataParquetWriter writer) throws IOException {
    if (writer.isOpen()) {
      DataFile file = writer.finishFile();
      finished.add(new ChangeFile(file.path(), file.sizeBytes(), file.partitionValues()));
    }
  }

  /** Finishes the open files and hands over all files since the call before. */
  public List<ChangeFile> finish() throws IOException {
    for (RowDataParquetWriter writer : open.values()) {
      finishFile(writer);
    }
    List<ChangeFile> taken = finished;
    finished = new ArrayList<>();
    return taken;
  }

  /** Deletes the files that were not handed over. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (RowDataParquetWriter writer : open.values()) {
      try {
        writer.close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    open.clear();
    lastWriter = null;
    discard(table.path(), finished);
    finished = new ArrayList<>();
    if (failure != null) {
      throw failure;
    }
  }

  /** Deletes files of a commit that did not happen; one that cannot be is left for vacuum. */
  public static void discard(String tablePath, List<ChangeFile> files) {
    for (ChangeFile file : files) {
      Path path = new Path(tablePath, file.path());
      try {
        path.getFileSystem().delete(path, false);
      } catch (IOException e) {
        LOG.warn("A file that no version names could not be deleted: file={}", path, e);
      }
    }
  }
}
