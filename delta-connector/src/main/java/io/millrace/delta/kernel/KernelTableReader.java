package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one version of a table, read by Kernel alone: nothing of our own Parquet code, so
 * that it can tell whether that is right. For people and checks, not for speed.
 *
 * <p>Values are plain Java ones: {@code Boolean}, {@code Byte} … {@code Double}, {@code
 * BigDecimal}, {@code String}, {@code byte[]}, {@code LocalDate}, {@code LocalDateTime} for
 * TIMESTAMP, {@code Instant} for TIMESTAMP_LTZ, {@code List}, {@code Map} for maps and rows.
 */
public final class KernelTableReader {
  private final String path;
  private final Engine engine;
  private final Snapshot snapshot;

  private KernelTableReader(String path, Engine engine, Snapshot snapshot) {
    this.path = requireNonNull(path, "path is null");
    this.engine = requireNonNull(engine, "engine is null");
    this.snapshot = requireNonNull(snapshot, "snapshot is null");
  }

  /**
   * The latest version.
   *
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT naming file and version,
   *     TABLE_UNSUPPORTED
   */
  public static KernelTableReader open(String path) {
    return open(path, OptionalLong.empty());
  }

  /**
   * A version.
   *
   * @throws MillraceException as {@link #open(String)}; TABLE_NOT_FOUND also if the table has no
   *     such version, or not any more
   */
  public static KernelTableReader openAt(String path, long version) {
    return open(path, OptionalLong.of(version));
  }

  private static KernelTableReader open(String path, OptionalLong version) {
    return new SnapshotLoader(path, Optional.empty())
        .load(version, loaded -> new KernelTableReader(path, loaded.engine(), loaded.snapshot()));
  }

  public long version() {
    return snapshot.getVersion();
  }

  public RowType rowType() {
    return DeltaTypes.toFlink(snapshot.getSchema());
  }

  /** All rows, by column name in the table's order. */
  public CloseableIterator<Map<String, @Nullable Object>> rows() {
    StructType schema = snapshot.getSchema();
    return new Rows<>(schema, OptionalLong.empty(), row -> KernelValues.struct(row, schema));
  }

  /**
   * Rows as arrays, in no particular order.
   *
   * @param columns to read, in the order wanted
   * @param limit most rows to return; empty for all
   * @throws MillraceException COLUMN_NOT_FOUND; while iterating: TABLE_CORRUPT naming the file and,
   *     if the log still tells, the version that added it
   */
  public CloseableIterator<@Nullable Object[]> rows(List<String> columns, OptionalLong limit) {
    StructType schema = project(columns);
    return new Rows<>(
        schema,
        limit,
        row -> {
          @Nullable Object[] values = new Object[schema.length()];
          for (int i = 0; i < values.length; i++) {
            values[i] = KernelValues.value(row, i, schema.at(i).getDataType());
          }
          return values;
        });
  }

  private StructType project(List<String> columns) {
    StructType schema = snapshot.getSchema();
    List<StructField> fields = new ArrayList<>(columns.size());
    for (String column : columns) {
      int index = schema.indexOf(column);
      if (index < 0) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "table %s has no column %s".formatted(path, column),
            "name one of " + String.join(", ", schema.fieldNames()));
      }
      fields.add(schema.at(index));
    }
    return new StructType(fields);
  }

  /** What the table is, at its latest version. */
  public static TableDescription describe(String path) {
    return new SnapshotLoader(path, Optional.empty())
        .load(OptionalLong.empty(), loaded -> describe(loaded.engine(), loaded.snapshot()));
  }

  private static TableDescription describe(Engine engine, Snapshot snapshot) {
    List<LiveFile> files = new ArrayList<>();
    TableLog.forEachFile(engine, snapshot, files::add);
    boolean counted = files.stream().allMatch(file -> file.records().isPresent());
    long rows = files.stream().mapToLong(f -> f.records().orElse(0) - f.deletedRecords()).sum();
    return new TableDescription(
        snapshot.getPath(),
        snapshot.getVersion(),
        DeltaTypes.toFlink(snapshot.getSchema()),
        snapshot.getPartitionColumnNames(),
        snapshot.getTableProperties(),
        files.size(),
        counted ? OptionalLong.of(rows) : OptionalLong.empty(),
        files.stream().mapToLong(LiveFile::sizeBytes).sum(),
        snapshot.getProtocol().getReaderAndWriterFeatures().stream().sorted().toList());
  }

  /**
   * The latest versions, newest first, as far as their entries are still there.
   *
   * @param limit most versions to return
   */
  public static List<CommitEntry> history(String path, int limit) {
    long latest = open(path).version();
    return CommitHistory.read(path, latest, limit);
  }

  @FunctionalInterface
  private interface Converter<T> {
    T convert(Row row);
  }

  private final class Rows<T> implements CloseableIterator<T> {
    private final Row scanState;
    private final Iterator<Row> files;
    private final Converter<T> converter;
    private final long limit;
    private long returned;
    private String currentFile = "";
    private @Nullable CloseableIterator<FilteredColumnarBatch> batches;
    private @Nullable CloseableIterator<Row> batch;

    Rows(StructType schema, OptionalLong limit, Converter<T> converter) {
      this.converter = converter;
      this.limit = limit.orElse(Long.MAX_VALUE);
      Scan scan = snapshot.getScanBuilder().withReadSchema(schema).build();
      try {
        this.scanState = scan.getScanState(engine);
        this.files = scanFiles(scan).iterator();
      } catch (RuntimeException e) {
        throw KernelFailures.translate("reading table " + path, path, e);
      }
    }

    private List<Row> scanFiles(Scan scan) {
      List<Row> rows = new ArrayList<>();
      try (CloseableIterator<FilteredColumnarBatch> found = scan.getScanFiles(engine)) {
        while (found.hasNext()) {
          try (CloseableIterator<Row> inBatch = found.next().getRows()) {
            inBatch.forEachRemaining(rows::add);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return rows;
    }

    @Override
    public boolean hasNext() {
      if (returned >= limit) {
        return false;
      }
      try {
        while (batch == null || !batch.hasNext()) {
          if (batches != null && batches.hasNext()) {
            batch = batches.next().getRows();
          } else if (files.hasNext()) {
            openFile(files.next());
          } else {
            return false;
          }
        }
        return true;
      } catch (IOException e) {
        throw damaged(e);
      } catch (RuntimeException e) {
        throw MillraceException.in(e) != null ? e : damaged(e);
      }
    }

    private void openFile(Row scanFile) throws IOException {
      close();
      FileStatus file = InternalScanFileUtils.getAddFileStatus(scanFile);
      currentFile = file.getPath();
      StructType physical = ScanStateRow.getPhysicalDataReadSchema(scanState);
      CloseableIterator<ColumnarBatch> data =
          engine
              .getParquetHandler()
              .readParquetFiles(Utils.singletonCloseableIterator(file), physical, Optional.empty())
              .map(result -> result.getData());
      batches = Scan.transformPhysicalData(engine, scanState, scanFile, data);
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      returned++;
      return converter.convert(requireNonNull(batch).next());
    }

    private MillraceException damaged(Exception cause) {
      String relative = new Path(currentFile).getPath().replace(new Path(path).getPath() + "/", "");
      OptionalLong added = new LogInspection(path).versionThatAdded(relative);
      return new MillraceException(
          ErrorCode.TABLE_CORRUPT,
          "file %s of table %s%s cannot be read: %s"
              .formatted(
                  relative,
                  path,
                  added.isPresent() ? ", added by version " + added.getAsLong() + "," : "",
                  rootMessage(cause)),
          "restore the file from a backup, or the table to a version without it",
          cause);
    }

    private String rootMessage(Throwable failure) {
      Throwable root = failure;
      while (root.getCause() != null && root.getCause() != root) {
        root = root.getCause();
      }
      return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    @Override
    public void close() throws IOException {
      if (batch != null) {
        batch.close();
        batch = null;
      }
      if (batches != null) {
        batches.close();
        batches = null;
      }
    }
  }
}
