package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.maintenance.RewrittenBin.Output;
import io.millrace.delta.maintenance.RewrittenBin.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.table.types.logical.RowType;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders the rows of each bin along a Z curve, so that files, and row groups in them, have narrow
 * bounds in each of the columns.
 *
 * <p>A sample of the rows tells where the curve is to be cut. All rows are then put into buckets,
 * stretches of the curve, in memory as far as that goes and else on the local disk; each bucket is
 * ordered in memory and goes to its file. So that a bin of any size takes as much memory as a few
 * buckets, and as much disk as its rows take uncompressed.
 */
final class ZOrderRewrite implements Rewriter {
  private static final Logger LOG = LoggerFactory.getLogger(ZOrderRewrite.class);
  private static final long SEED = 0x5EED_0F_2ABCDEL;

  /** Data files hold this little of what becomes one bucket: rows are several times as large. */
  private static final long BUCKET_FILE_BYTES = 4L << 20;

  private static final int BUCKETS_PER_FILE_MIN = 4;
  private static final int BUCKETS_MAX = 2048;
  private static final int CHUNK_BYTES = 64 << 20;

  private final String tablePath;
  private final List<String> columns;
  private final long targetBytes;
  private final int threadsMax;
  private final Progress progress;
  private final Path folder;
  private int scratch;

  /**
   * @param columns to order by, the more important ones first
   * @param threadsMax 0 for as many as there are processors
   */
  ZOrderRewrite(
      String tablePath, List<String> columns, long targetBytes, int threadsMax, Progress progress) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.columns = List.copyOf(columns);
    this.targetBytes = targetBytes;
    this.threadsMax = threadsMax;
    this.progress = requireNonNull(progress, "progress is null");
    try {
      this.folder = Files.createTempDirectory("millrace-optimize-");
    } catch (IOException e) {
      throw StorageFailure.of(
          "making a folder for rows that are ordered", System.getProperty("java.io.tmpdir"), e);
    }
  }

  /**
   * Passes if rows can be ordered by the columns.
   *
   * @throws MillraceException COLUMN_NOT_FOUND, TYPE_UNSUPPORTED, OPTION_INVALID
   */
  static void requireColumns(TableState state, String tablePath, List<String> columns) {
    RowType rows = state.storedRows().rowType();
    for (String column : columns) {
      if (state.partitionColumns().contains(column)) {
        throw new MillraceException(
            ErrorCode.OPTION_INVALID,
            "table %s is partitioned by %s: all rows of a file have the same value"
                .formatted(tablePath, column),
            "order by other columns");
      }
      if (!rows.getFieldNames().contains(column)) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "table %s has no column %s to order by".formatted(tablePath, column),
            "name one of " + String.join(", ", rows.getFieldNames()));
      }
      ZOrderColumn.of(column, rows.getTypeAt(rows.getFieldIndex(column)), 0);
    }
    if (columns.stream().distinct().count() < columns.size()) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "a column is named twice in %s".formatted(String.join(", ", columns)),
          "name each column once");
    }
  }

  @Override
  public List<RewrittenBin> run(TableState state, List<Bin> bins) {
    List<RewrittenBin> rewritten = new ArrayList<>();
    boolean whole = false;
    try {
      long files = bins.stream().mapToLong(bin -> bin.files().size()).sum();
      AtomicLong done = new AtomicLong();
      for (Bin bin : bins) {
        rewritten.add(new OneBin(state, bin, scratch++, done, 2 * files).rewrite());
      }
      whole = true;
      return rewritten;
    } finally {
      if (!whole) {
        rewritten.forEach(bin -> OutputFiles.discard(tablePath, bin.outputs()));
      }
    }
  }

  /** One partition's files. */
  private final class OneBin {
    private final TableState state;
    private final Bin bin;
    private final int number;
    private final AtomicLong done;
    private final long total;
    private final RowType rowType;
    private final int threads;
    private final ParallelTasks parallel;
    private final List<RoaringBitmap> deleted;

    OneBin(TableState state, Bin bin, int number, AtomicLong done, long total) {
      this.state = state;
      this.bin = bin;
      this.number = number;
      this.done = done;
      this.total = total;
      StoredRows rows = state.storedRows();
      this.rowType = rows.rowType();
      this.threads =
          ParallelTasks.threads(
              Integer.MAX_VALUE, threadsMax, OutputFiles.MEMORY_BYTES + 2L * CHUNK_BYTES);
      this.parallel = new ParallelTasks(threads);
      this.deleted = bin.files().stream().map(rows::deleted).toList();
    }

    RewrittenBin rewrite() {
      ZOrderSample sample = sample();
      ZOrderKeys keys = new ZOrderKeys(columns(columns, true), sample);
      long outputs = Math.max(1, bin.bytes() / targetBytes);
      long[] bounds = bounds(keys, sample, buckets(outputs));
      try (RowSpill spill = new RowSpill(scratchFolder(number), rowType, bounds.length + 1)) {
        spill(spill, new ZOrderKeys(columns(columns, false), sample), bounds);
        return write(spill, outputs, bounds.length + 1);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private MillraceException failed(IOException cause) {
      return StorageFailure.of(
          "ordering rows of table %s (in %s)".formatted(tablePath, folder), tablePath, cause);
    }

    /** The columns among those that are read for a sample, or among all. */
    private List<ZOrderColumn> columns(List<String> names, boolean only) {
      return IntStream.range(0, names.size())
          .mapToObj(
              i -> {
                int field = rowType.getFieldIndex(names.get(i));
                return ZOrderColumn.of(names.get(i), rowType.getTypeAt(field), only ? i : field);
              })
          .toList();
    }

    private int buckets(long outputs) {
      long wanted = Math.max(outputs * BUCKETS_PER_FILE_MIN, bin.bytes() / BUCKET_FILE_BYTES);
      long byMemory = Runtime.getRuntime().maxMemory() / 8 / threads / RowSpill.BLOCK_BYTES;
      return (int) Math.max(1, Math.min(Math.min(wanted, BUCKETS_MAX), byMemory));
    }

    private ZOrderSample sample() {
      AtomicInteger next = new AtomicInteger();
      List<Callable<ZOrderSample>> tasks = new ArrayList<>();
      for (int i = 0; i < Math.min(threads, bin.files().size()); i++) {
        long seed = SEED + i;
        tasks.add(() -> sample(next, new ZOrderSample(columns(columns, true), seed)));
      }
      List<ZOrderSample> samples = parallel.run(tasks, ignored -> {});
      ZOrderSample all = samples.get(0);
      samples.subList(1, samples.size()).forEach(all::merge);
      return all;
    }

    private ZOrderSample sample(AtomicInteger next, ZOrderSample sample) {
      StoredRows rows = state.storedRows(columns);
      try {
        for (int file = next.getAndIncrement();
            file < bin.files().size();
            file = next.getAndIncrement()) {
          parallel.requireRunning();
          rows.visit(bin.files().get(file), deleted.get(file), sample::add);
        }
        return sample;
      } catch (IOException e) {
        throw failed(e);
      }
    }

    /** Where one bucket ends and the next begins. */
    private static long[] bounds(ZOrderKeys keys, ZOrderSample sample, int buckets) {
      long[] sorted =
          IntStream.range(0, sample.rows())
              .mapToLong(row -> keys.key(sample, row))
              .sorted()
              .toArray();
      return IntStream.range(1, sorted.length == 0 ? 1 : buckets)
          .mapToLong(i -> sorted[(int) ((long) i * sorted.length / buckets)])
          .distinct()
          .toArray();
    }

    private void spill(RowSpill spill, ZOrderKeys keys, long[] bounds) {
      AtomicInteger next = new AtomicInteger();
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < Math.min(threads, bin.files().size()); i++) {
        RowSpill.Writer writer = spill.newWriter();
        tasks.add(() -> spill(next, writer, keys, bounds));
      }
      parallel.run(tasks, ignored -> {});
    }

    private boolean spill(
        AtomicInteger next, RowSpill.Writer writer, ZOrderKeys keys, long[] bounds) {
      StoredRows rows = state.storedRows();
      try {
        for (int i = next.getAndIncrement(); i < bin.files().size(); i = next.getAndIncrement()) {
          parallel.requireRunning();
          int file = i;
          rows.visitPositions(
              bin.files().get(file),
              deleted.get(file),
              (position, row) -> {
                long key = keys.key(row);
                int found = java.util.Arrays.binarySearch(bounds, key);
                writer.write(
                    found >= 0 ? found + 1 : -found - 1,
                    key,
                    RowOrigins.origin(file, position),
                    row);
              });
          tell(1);
        }
        return true;
      } catch (IOException e) {
        throw failed(e);
      }
    }

    /** What one task wrote: files, and where their rows came from. */
    private record Written(List<Output> outputs, List<Path> origins) {}

    private RewrittenBin write(RowSpill spill, long outputs, int buckets) {
      List<Callable<Written>> tasks = new ArrayList<>();
      List<int[]> stretches = stretches(spill, outputs, buckets);
      AtomicLong told = new AtomicLong();
      for (int i = 0; i < stretches.size(); i++) {
        int task = i;
        tasks.add(
            () -> {
              Written written = write(spill, task, stretches.get(task));
              long files = (task + 1L) * bin.files().size() / stretches.size();
              tell(Math.max(0, files - told.getAndAccumulate(files, Math::max)));
              return written;
            });
      }
      List<Written> written =
          parallel.run(tasks, one -> OutputFiles.discard(tablePath, one.outputs()));
      List<Source> sources = new ArrayList<>();
      for (int i = 0; i < bin.files().size(); i++) {
        sources.add(new Source(bin.files().get(i), deleted.get(i), 0));
      }
      return new RewrittenBin(
          sources,
          written.stream().flatMap(one -> one.outputs().stream()).toList(),
          RowOrigins.of(written.stream().flatMap(one -> one.origins().stream()).toList()));
    }

    /** First bucket and the one after the last for each file, of about as many rows each. */
    private List<int[]> stretches(RowSpill spill, long outputs, int buckets) {
      long rows = IntStream.range(0, buckets).mapToLong(spill::rows).sum();
      List<int[]> stretches = new ArrayList<>();
      long before = 0;
      int from = 0;
      for (int bucket = 0; bucket < buckets; bucket++) {
        before += spill.rows(bucket);
        boolean full = before * outputs >= rows * (stretches.size() + 1);
        if (full || bucket == buckets - 1) {
          stretches.add(new int[] {from, bucket + 1});
          from = bucket + 1;
        }
      }
      return stretches;
    }

    private Written write(RowSpill spill, int task, int[] stretch) {
      // Names tell bins and stretches apart, and are unique without that.
      OutputFiles files =
          new OutputFiles(
              tablePath,
              state,
              state.storedRows(),
              bin.files().get(0),
              number * BUCKETS_MAX + task,
              // A stretch is a file's share already.
              Long.MAX_VALUE / 2);
      boolean whole = false;
      try (files;
          RowOrigins.Log origins = new RowOrigins.Log(scratchFolder(number), "origins-" + task)) {
        for (int bucket = stretch[0]; bucket < stretch[1]; bucket++) {
          parallel.requireRunning();
          spill.read(
              bucket,
              CHUNK_BYTES,
              (origin, row) -> {
                if (files.write(row)) {
                  origins.finishOutput();
                }
                origins.add(origin);
              });
        }
        files.finish();
        origins.finishOutput();
        whole = true;
        List<Path> finished = origins.finished().subList(0, files.outputs().size());
        return new Written(files.outputs(), finished);
      } catch (IOException e) {
        throw failed(e);
      } finally {
        if (!whole) {
          OutputFiles.discard(tablePath, files.outputs());
        }
      }
    }

    private void tell(long more) {
      synchronized (progress) {
        progress.at("ordering files", done.addAndGet(more), total);
      }
    }
  }

  private Path scratchFolder(int number) {
    try {
      return Files.createDirectories(folder.resolve(Integer.toString(number)));
    } catch (IOException e) {
      throw StorageFailure.of("making a folder for rows that are ordered", folder.toString(), e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("Files that are not needed any more could not be deleted: folder={}", folder, e);
    }
  }
}
