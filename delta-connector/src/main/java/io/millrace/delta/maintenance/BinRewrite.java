package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.TableState;
import io.millrace.delta.parquet.ParquetOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Rewrites bins side by side, on as many threads as their open files leave memory for. */
final class BinRewrite {
  /** An open file's row group, what is read for it, and what Parquet keeps beside. */
  private static final long OPEN_FILE_ROW_GROUPS = 4;

  private static final ParquetOptions DEFAULTS = ParquetOptions.DEFAULT;

  private final String tablePath;
  private final long targetBytes;
  private final int threadsMax;
  private final Progress progress;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private long done;

  /**
   * @param threadsMax 0 for as many as there are processors
   */
  BinRewrite(String tablePath, long targetBytes, int threadsMax, Progress progress) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.targetBytes = targetBytes;
    this.threadsMax = threadsMax;
    this.progress = requireNonNull(progress, "progress is null");
  }

  /**
   * @return in the order of the bins
   * @throws io.millrace.catalog.MillraceException of the first bin that failed, in which case
   *     nothing that was written is left
   */
  List<RewrittenBin> run(TableState state, List<Bin> bins) {
    long files = bins.stream().mapToLong(bin -> bin.files().size()).sum();
    progress.at("rewriting files", 0, files);
    ExecutorService pool = Executors.newFixedThreadPool(threads(bins.size()));
    List<Future<RewrittenBin>> tasks = new ArrayList<>(bins.size());
    try {
      for (int i = 0; i < bins.size(); i++) {
        Bin bin = bins.get(i);
        int number = i;
        tasks.add(pool.submit(() -> rewrite(state, bin, number, files)));
      }
      return await(tasks);
    } finally {
      pool.shutdownNow();
    }
  }

  private int threads(int bins) {
    long perThread = OPEN_FILE_ROW_GROUPS * DEFAULTS.rowGroupBytes();
    long byMemory = Math.max(1, Runtime.getRuntime().maxMemory() / 2 / perThread);
    int wanted = threadsMax > 0 ? threadsMax : Runtime.getRuntime().availableProcessors();
    return (int) Math.min(Math.min(bins, wanted), byMemory);
  }

  private RewrittenBin rewrite(TableState state, Bin bin, int number, long files) {
    if (stopped.get()) {
      throw new CancellationException("another bin could not be rewritten");
    }
    try {
      ParquetOptions options =
          new ParquetOptions(
              DEFAULTS.zstdLevel(),
              targetBytes,
              DEFAULTS.rowGroupBytes(),
              DEFAULTS.pageBytes(),
              DEFAULTS.dictionaryBytes());
      RewrittenBin rewritten =
          new BinWriter(tablePath, state, options, stopped::get).write(bin, number);
      tell(bin.files().size(), files);
      return rewritten;
    } catch (RuntimeException | Error e) {
      stopped.set(true);
      throw e;
    }
  }

  private synchronized void tell(int more, long files) {
    done += more;
    progress.at("rewriting files", done, files);
  }

  private List<RewrittenBin> await(List<Future<RewrittenBin>> tasks) {
    List<RewrittenBin> rewritten = new ArrayList<>(tasks.size());
    Throwable failure = null;
    for (Future<RewrittenBin> task : tasks) {
      try {
        rewritten.add(task.get());
      } catch (ExecutionException e) {
        if (failure == null || failure instanceof CancellationException) {
          failure = e.getCause();
        }
      } catch (InterruptedException e) {
        stopped.set(true);
        Thread.currentThread().interrupt();
        failure = new CancellationException("interrupted");
        break;
      }
    }
    if (failure == null) {
      return rewritten;
    }
    rewritten.forEach(bin -> BinWriter.discard(tablePath, bin.outputs()));
    if (failure instanceof Error error) {
      throw error;
    }
    throw failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
  }
}
