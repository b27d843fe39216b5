package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Rewrites bins side by side, on as many threads as their open files leave memory for. */
final class BinRewrite implements Rewriter {
  private final String tablePath;
  private final long targetBytes;
  private final int threadsMax;
  private final Progress progress;
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

  @Override
  public List<RewrittenBin> run(TableState state, List<Bin> bins) {
    long files = bins.stream().mapToLong(bin -> bin.files().size()).sum();
    progress.at("rewriting files", 0, files);
    ParallelTasks parallel =
        new ParallelTasks(ParallelTasks.threads(bins.size(), threadsMax, OutputFiles.MEMORY_BYTES));
    List<Callable<RewrittenBin>> tasks = new ArrayList<>(bins.size());
    for (int i = 0; i < bins.size(); i++) {
      Bin bin = bins.get(i);
      int number = i;
      tasks.add(
          () -> {
            RewrittenBin rewritten =
                new BinWriter(tablePath, state, targetBytes, parallel::requireRunning)
                    .write(bin, number);
            tell(bin.files().size(), files);
            return rewritten;
          });
    }
    return parallel.run(tasks, bin -> OutputFiles.discard(tablePath, bin.outputs()));
  }

  private synchronized void tell(int more, long files) {
    done += more;
    progress.at("rewriting files", done, files);
  }

  /** Nothing is kept. */
  @Override
  public void close() {}
}
