package io.millrace.delta.parquet;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import java.io.IOException;
import java.util.Map;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into Parquet files of one table, one file after the other.
 *
 * <p>A file is opened by its first row, and becomes part of the table only by a commit that names
 * it; on a local disk it has reached the disk when {@link #finishFile} returns. Rows may be reused
 * by the caller. Timestamps keep microseconds, which is what Delta has; finer digits are cut off.
 * What is learnt from one file, which columns deserve a dictionary, serves the next. Owned by one
 * thread.
 */
public final class RowDataParquetWriter implements AutoCloseable {
  private static final String INDEXED_COLUMNS = "delta.dataSkippingNumIndexedCols";

  private final String table;
  private final String folder;
  private final RowType rowType;
  private final MessageType schema;
  private final int subtask;
  private final ParquetOptions options;
  private final int statisticsColumns;
  private final DictionaryChoice dictionaries = new DictionaryChoice();
  private @Nullable OpenFile file;

  /**
   * @param subtask index of the writing subtask, which goes into the files' names
   * @throws io.millrace.catalog.MillraceException TYPE_UNSUPPORTED for a column that Delta cannot
   *     store
   */
  public RowDataParquetWriter(DeltaTableSpec spec, int subtask, ParquetOptions options) {
    this.table = spec.name();
    this.folder = spec.path();
    this.rowType = spec.rowType();
    this.schema = ParquetTypes.message(table, rowType);
    this.subtask = subtask;
    this.options = options;
    this.statisticsColumns = statisticsColumns(spec.properties());
  }

  private static int statisticsColumns(Map<String, String> properties) {
    String columns = properties.get(INDEXED_COLUMNS);
    return columns == null ? FileStatistics.DEFAULT_COLUMNS : Integer.parseInt(columns.trim());
  }

  /**
   * Appends a row.
   *
   * @return the row's position in the file {@link #fileId()}
   * @throws io.millrace.catalog.MillraceException NOT_NULL_VIOLATED; the open file is then of no
   *     use
   */
  public long write(RowData row) throws IOException {
    OpenFile open = file;
    if (open == null) {
      open = new OpenFile();
      file = open;
    }
    return open.write(row);
  }

  /** True between the first row of a file and its end. */
  public boolean isOpen() {
    return file != null;
  }

  /** Number of the open file, see {@link DataFileName}. */
  public long fileId() {
    return requireNonNull(file, "no file is open").id;
  }

  /** True if the open file has reached its target size, so that it is time to finish it. */
  public boolean isFull() {
    return file != null && file.isFull();
  }

  /** Ends the open file; the next row begins another one. */
  public DataFile finishFile() throws IOException {
    OpenFile open = requireNonNull(file, "no file is open");
    DataFile finished = open.finish();
    file = null;
    return finished;
  }

  /** Deletes the open file, if there is one. */
  @Override
  public void close() throws IOException {
    OpenFile open = file;
    file = null;
    if (open != null) {
      open.abort();
    }
  }

  /** One file from its first row to its footer. */
  private final class OpenFile {
    private static final long FIRST_SIZE_CHECK = 100;
    private static final long LONGEST_UNCHECKED = 10_000;

    private final long id = DataFileName.newId(subtask);
    private final String name = DataFileName.of(id);
    private final NullChecks nulls = new NullChecks(table);
    private final DataFileOutput output;
    private final RowEncoder encoder;
    private long records;
    private long nextSizeCheck = FIRST_SIZE_CHECK;
    private boolean full;

    OpenFile() throws IOException {
      output = new DataFileOutput(new Path(new Path(folder), name));
      encoder = encoder();
    }

    private RowEncoder encoder() throws IOException {
      return FlatEncoder.supports(rowType)
          ? new FlatEncoder(output, rowType, schema, nulls, options, dictionaries.plainColumns())
          : new ParquetJavaEncoder(
              output,
              new RowDataWriteSupport(rowType, schema, nulls),
              options,
              dictionaries.plainColumns());
    }

    long write(RowData row) throws IOException {
      encoder.write(row);
      if (++records >= nextSizeCheck) {
        checkSize();
      }
      return records - 1;
    }

    /** Asks rarely, since the answer adds up all columns; half way to where it should be full. */
    private void checkSize() {
      long size = encoder.size();
      full = size >= options.targetFileBytes();
      long rowsLeft = (options.targetFileBytes() - size) / Math.max(1, size / records);
      nextSizeCheck = records + Math.max(1, Math.min(LONGEST_UNCHECKED, rowsLeft / 2));
    }

    boolean isFull() {
      return full;
    }

    DataFile finish() throws IOException {
      ParquetMetadata footer = encoder.finish();
      dictionaries.learn(footer);
      String statistics =
          FileStatistics.json(footer, rowType, nulls.counts(), statisticsColumns, records);
      return new DataFile(name, output.getPos(), System.currentTimeMillis(), records, statistics);
    }

    void abort() throws IOException {
      try {
        encoder.abandon();
      } finally {
        output.abort();
      }
    }
  }
}
