package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DeltaTableSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The committers of a pipeline's tables. Commits of one table are made in order; those of different
 * tables side by side, since each mostly waits for the disk. Metrics of each table: {@code
 * commits}, {@code commitMillis}, {@code version}, and {@code packedFiles} where files are packed.
 * Called by the task's thread.
 */
final class TableCommits implements AutoCloseable {
  private static final int MAX_THREADS = 4;
  private static final long CLOSE_SECONDS = 30;

  private final Map<String, Table> tables = new LinkedHashMap<>();
  private final ExecutorService pool;

  private record Table(
      TableCommitter committer,
      Counter commits,
      Counter millis,
      Optional<TableCompaction> compaction) {}

  /** Opens the tables; creates those that are not there. */
  TableCommits(List<DeltaTableSpec> specs, CompactionOptions options, MetricGroup metrics) {
    pool =
        Executors.newFixedThreadPool(
            Math.min(MAX_THREADS, Math.max(1, specs.size())), threadFactory());
    try {
      for (DeltaTableSpec spec : specs) {
        TableCommitter committer = TableCommitter.open(spec);
        MetricGroup group = metrics.addGroup("table", spec.name());
        group.gauge("version", committer::version);
        Optional<TableCompaction> compaction =
            isCompacted(committer, options)
                ? Optional.of(new TableCompaction(spec, options))
                : Optional.empty();
        compaction.ifPresent(
            each -> {
              group.gauge("packedFiles", each::replacedFiles);
              group.gauge("compactionFailures", each::failures);
            });
        tables.put(
            spec.name(),
            new Table(
                committer, group.counter("commits"), group.counter("commitMillis"), compaction));
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static boolean isCompacted(TableCommitter committer, CompactionOptions options) {
    return switch (options.when()) {
      case NEVER -> false;
      case BY_TABLE -> committer.wantsCompaction();
      case ALWAYS -> true;
    };
  }

  private static ThreadFactory threadFactory() {
    return runnable -> {
      Thread thread = new Thread(runnable, "delta-commit");
      thread.setDaemon(true);
      return thread;
    };
  }

  boolean knows(String table) {
    return tables.containsKey(table);
  }

  TableCommitter committer(String table) {
    return requireNonNull(tables.get(table), "unknown table").committer();
  }

  /**
   * Commits in the order given, table by table. When it returns, all are committed; when it throws,
   * any may be, and repeating the call is safe.
   */
  void commit(List<TableCommittable> committables) throws Exception {
    Map<String, List<TableCommittable>> byTable = new TreeMap<>();
    for (TableCommittable committable : committables) {
      byTable.computeIfAbsent(committable.table(), ignored -> new ArrayList<>()).add(committable);
    }
    if (byTable.size() == 1) {
      commitTable(byTable.values().iterator().next());
      return;
    }
    List<Callable<Void>> tasks = new ArrayList<>();
    for (List<TableCommittable> ofTable : byTable.values()) {
      tasks.add(
          () -> {
            commitTable(ofTable);
            return null;
          });
    }
    Exception failure = null;
    for (Future<Void> task : pool.invokeAll(tasks)) {
      try {
        task.get();
      } catch (ExecutionException e) {
        Exception cause = e.getCause() instanceof Exception exception ? exception : e;
        if (failure == null) {
          failure = cause;
        } else {
          failure.addSuppressed(cause);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void commitTable(List<TableCommittable> committables) throws Exception {
    Table table = requireNonNull(tables.get(committables.get(0).table()), "unknown table");
    for (TableCommittable committable : committables) {
      long start = System.nanoTime();
      table.committer().commit(committable);
      table.commits().inc();
      table.millis().inc(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      table.compaction().ifPresent(each -> each.committed(committable.added().size()));
    }
  }

  /** The version that each table stands at. */
  Map<String, Long> versions() {
    Map<String, Long> versions = new TreeMap<>();
    tables.forEach((name, table) -> versions.put(name, table.committer().version()));
    return versions;
  }

  @Override
  public void close() {
    pool.shutdownNow();
    try {
      if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a commit did not end in " + CLOSE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Table table : tables.values()) {
      table.compaction().ifPresent(TableCompaction::close);
      table.committer().close();
    }
  }
}
