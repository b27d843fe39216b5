package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.AutoCompaction;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs a table's small files on a thread of its own, once enough were added, while the job goes on
 * writing and committing. Files are replaced by commits like any other's: those of the job plan
 * again if one comes between, and a rewrite follows rows that are deleted meanwhile, so that
 * neither ever waits for the other or fails because of it. What goes wrong is counted and tried
 * again later. Told of commits by one thread at a time.
 */
final class TableCompaction implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TableCompaction.class);
  private static final long CLOSE_SECONDS = 30;

  private final DeltaTableSpec spec;
  private final CompactionOptions options;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicLong replaced = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final ExecutorService thread;
  private final AtomicLong addedFiles;

  TableCompaction(DeltaTableSpec spec, CompactionOptions options) {
    this.spec = requireNonNull(spec, "spec is null");
    this.options = requireNonNull(options, "options is null");
    // Of a job that was restored, nobody knows how much the run before has left.
    this.addedFiles = new AtomicLong(options.minFiles());
    this.thread =
        Executors.newSingleThreadExecutor(
            runnable -> {
              Thread made = new Thread(runnable, "delta-compact-" + spec.name());
              made.setDaemon(true);
              return made;
            });
  }

  /** A commit was made; returns at once. */
  void committed(int files) {
    addedFiles.addAndGet(files);
    if (isDue() && running.compareAndSet(false, true)) {
      thread.execute(this::run);
    }
  }

  private boolean isDue() {
    return addedFiles.get() >= options.minFiles();
  }

  private void run() {
    do {
      while (isDue() && !Thread.currentThread().isInterrupted()) {
        addedFiles.set(0);
        pack();
      }
      running.set(false);
      // A commit that came before the line above has not started another run.
    } while (isDue()
        && !Thread.currentThread().isInterrupted()
        && running.compareAndSet(false, true));
  }

  private void pack() {
    try (MaintainedTable table = MaintainedTable.open(spec.path())) {
      long files = AutoCompaction.run(table, options.minFiles(), options.target());
      replaced.addAndGet(files);
      if (files > 0) {
        LOG.info("Packed small files: table={}, files={}", spec.name(), files);
      }
    } catch (CancellationException stopped) {
      LOG.debug("Packing files was given up: table={}", spec.name());
    } catch (MillraceException e) {
      failed(e);
    } catch (RuntimeException e) {
      if (!Thread.currentThread().isInterrupted()) {
        failed(e);
      }
    }
  }

  private void failed(RuntimeException e) {
    failures.incrementAndGet();
    LOG.warn("Packing small files failed, it is tried again: table={}", spec.name(), e);
  }

  /** Files that were replaced by larger ones since this was opened. */
  long replacedFiles() {
    return replaced.get();
  }

  /** Attempts that failed since this was opened. */
  long failures() {
    return failures.get();
  }

  /** Gives up what is being packed; waits for a bounded time. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Packing files did not end in {} s: table={}", CLOSE_SECONDS, spec.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
