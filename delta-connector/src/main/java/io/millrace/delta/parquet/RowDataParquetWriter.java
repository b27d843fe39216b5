package io.millrace.delta.parquet;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import java.io.IOException;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.RowData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
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
  private final FileLayout layout;
  private final Partition partition;
  private final DictionaryChoice dictionaries;
  private final int subtask;
  private final ParquetOptions options;
  private final boolean changes;
  private @Nullable OpenFile file;

  /**
   * For a table that does not map its column names; of a partitioned one, only the prototype of
   * {@link #forPartition}.
   *
   * @param subtask index of the writing subtask, which goes into the files' names
   * @throws io.millrace.catalog.MillraceException TYPE_UNSUPPORTED for a column that Delta cannot
   *     store
   */
  public RowDataParquetWriter(DeltaTableSpec spec, int subtask, ParquetOptions options) {
    this(spec, ColumnNames.AS_THEY_ARE, subtask, options);
  }

  /**
   * As the other constructor.
   *
   * @param names what the table calls its columns in its files
   */
  public RowDataParquetWriter(
      DeltaTableSpec spec, ColumnNames names, int subtask, ParquetOptions options) {
    this(
        FileLayout.of(spec, names),
        Partition.NONE,
        new DictionaryChoice(),
        subtask,
        options,
        false);
  }

  /**
   * As the constructor, for files of a table's change data feed, which have names of their own.
   *
   * @param spec with the columns that the feed adds
   */
  public static RowDataParquetWriter ofChanges(
      DeltaTableSpec spec, ColumnNames names, int subtask, ParquetOptions options) {
    return new RowDataParquetWriter(
        FileLayout.of(spec, names), Partition.NONE, new DictionaryChoice(), subtask, options, true);
  }

  private RowDataParquetWriter(
      FileLayout layout,
      Partition partition,
      DictionaryChoice dictionaries,
      int subtask,
      ParquetOptions options,
      boolean changes) {
    this.layout = layout;
    this.partition = partition;
    this.dictionaries = dictionaries;
    this.subtask = subtask;
    this.options = options;
    this.changes = changes;
  }

  /** The same for another partition; both are to be used by one thread. */
  public RowDataParquetWriter forPartition(Partition other) {
    return new RowDataParquetWriter(layout, other, dictionaries, subtask, options, changes);
  }

  /** The partition of the rows that come. */
  public Partition partition() {
    return partition;
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

  /** About how many bytes of rows wait in memory, as of some rows ago. */
  public long memoryBytes() {
    return file == null ? 0 : file.memoryBytes;
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

    /** Many files are open at a time, and what they hold together is bounded. */
    private static final long LONGEST_UNCHECKED_OF_MANY = 1_000;

    private final long id = DataFileName.newId(subtask);
    private final String name = changes ? DataFileName.ofChanges(id) : DataFileName.of(id);
    private final NullChecks nulls = new NullChecks(layout.table(), layout.names());
    private final DataFileOutput output;
    private final RowEncoder encoder;
    private long records;
    private long nextSizeCheck = FIRST_SIZE_CHECK;
    private long memoryBytes;
    private boolean full;

    OpenFile() throws IOException {
      output = new DataFileOutput(new Path(layout.folder(), partition.folder() + name));
      encoder = encoder();
    }

    private RowEncoder encoder() throws IOException {
      return FlatEncoder.supports(layout.written())
          ? new FlatEncoder(
              output,
              layout.rows(),
              layout.fields(),
              layout.schema(),
              nulls,
              options,
              dictionaries.plainColumns())
          : new ParquetJavaEncoder(
              output,
              output::getPos,
              new RowDataWriteSupport(layout.written(), layout.fields(), layout.schema(), nulls),
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
      memoryBytes = encoder.memoryBytes();
      full = size >= options.targetFileBytes();
      long rowsLeft = (options.targetFileBytes() - size) / Math.max(1, size / records);
      nextSizeCheck = records + Math.max(1, Math.min(longestUnchecked(), rowsLeft / 2));
    }

    private long longestUnchecked() {
      return partition.values().isEmpty() ? LONGEST_UNCHECKED : LONGEST_UNCHECKED_OF_MANY;
    }

    boolean isFull() {
      return full;
    }

    DataFile finish() throws IOException {
      output.ending();
      ParquetMetadata footer = encoder.finish();
      dictionaries.learn(footer);
      String statistics =
          FileStatistics.json(
              footer, layout.written(), nulls.counts(), layout.statisticsColumns(), records);
      return new DataFile(
          partition.folder() + name,
          output.getPos(),
          System.currentTimeMillis(),
          records,
          statistics,
          partition.values());
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
