package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.TableManager;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.CheckpointAlreadyExistsException;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.internal.SnapshotImpl;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.DurableFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a table's log needs now and then, off the thread that commits: checksums, table checkpoints,
 * and with them the expiry of old entries. One thing at a time.
 *
 * <p>A failure is counted, logged with table and version, and what failed is tried again after the
 * next commit; readers lose nothing but speed meanwhile.
 */
final class TableMaintenance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TableMaintenance.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration STAGING_AGE_MIN = Duration.ofDays(1);

  private final String tableName;
  private final String tablePath;
  private final Supplier<Engine> engine;
  private final ThreadPoolExecutor thread;
  private final AtomicBoolean queued = new AtomicBoolean();
  private final AtomicReference<@Nullable PostCommitHook> checksum = new AtomicReference<>();
  private final Object checksumLock = new Object();
  private final AtomicLong committedVersion = new AtomicLong();
  private final AtomicLong checkpointInterval = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong checkpointVersion;
  private final AtomicLong failures = new AtomicLong();

  /** One was begun and failed, perhaps after its file was there. Of the maintenance thread. */
  private boolean checkpointUnfinished;

  /**
   * @param engine asked for each time: it changes when a damaged table checkpoint is found
   * @param checkpointVersion version of the newest table checkpoint, 0 if there is none
   */
  TableMaintenance(
      String tableName, String tablePath, Supplier<Engine> engine, long checkpointVersion) {
    this.tableName = requireNonNull(tableName, "tableName is null");
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.engine = requireNonNull(engine, "engine is null");
    this.checkpointVersion = new AtomicLong(checkpointVersion);
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_TIMEOUT.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread worker = new Thread(task, "delta-maintenance-" + tableName);
              worker.setDaemon(true);
              return worker;
            });
    // Hundreds of tables must not mean hundreds of idle threads.
    thread.allowCoreThreadTimeOut(true);
  }

  /** Tells of a commit; returns at once. Several commits told while busy make one round of work. */
  void committed(long version, long interval, List<PostCommitHook> hooks) {
    committedVersion.set(version);
    checkpointInterval.set(interval);
    for (PostCommitHook hook : hooks) {
      // A full checksum replays the whole log: only in the round that writes a checkpoint anyway.
      boolean cheap = isSimple(hook);
      boolean full = hook.getType() == PostCommitHook.PostCommitHookType.CHECKSUM_FULL;
      if (cheap || (full && isCheckpointDue())) {
        checksum.set(hook);
      }
    }
    if (queued.compareAndSet(false, true)) {
      thread.execute(this::work);
    }
  }

  /** Version of the newest table checkpoint that is known here, 0 if there is none. */
  long checkpointVersion() {
    return checkpointVersion.get();
  }

  long failures() {
    return failures.get();
  }

  /**
   * Writes a table checkpoint of the latest version now, whether it is due or not.
   *
   * @return its version
   * @throws IOException if it could not be written
   */
  long checkpointNow() throws IOException {
    Future<Long> written =
        thread.submit(
            () -> {
              writeCheckpoint();
              return checkpointVersion.get();
            });
    try {
      return written.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a table checkpoint was written");
    }
  }

  private boolean isCheckpointDue() {
    return committedVersion.get() - checkpointVersion.get() >= checkpointInterval.get();
  }

  /**
   * To be called before Kernel's next transaction, which counts files in the histogram of the
   * checksum before it, in place: that checksum is complete when this returns, or is left out.
   */
  void settleChecksum() {
    synchronized (checksumLock) {
      PostCommitHook waiting = checksum.get();
      if (waiting != null && isSimple(waiting)) {
        checksum.compareAndSet(waiting, null);
      }
    }
  }

  private void work() {
    queued.set(false);
    if (isCheckpointDue() && !checkpointUnfinished) {
      attempt("looking for a checkpoint", this::noteCheckpointOfAnother);
    }
    writeChecksum();
    if (isCheckpointDue()) {
      checkpointUnfinished = true;
      attempt(
          "checkpoint",
          () -> {
            writeCheckpoint();
            checkpointUnfinished = false;
          });
    }
  }

  /** Of several writers of a table each finds one due at the same time, and one is enough. */
  private void noteCheckpointOfAnother() {
    SnapshotImpl latest = (SnapshotImpl) TableManager.loadSnapshot(tablePath).build(engine.get());
    long newest = latest.getLogSegment().getCheckpointVersionOpt().orElse(0L);
    if (latest.getVersion() - newest < checkpointInterval.get()) {
      checkpointVersion.set(newest);
    }
  }

  private void writeChecksum() {
    PostCommitHook hook;
    synchronized (checksumLock) {
      hook = checksum.getAndSet(null);
      if (hook == null) {
        return;
      }
      if (isSimple(hook)) {
        attempt("checksum", () -> hook.threadSafeInvoke(engine.get()));
        return;
      }
    }
    if (!isCheckpointDue()) {
      return;
    }
    // Counted from the log, and too long to keep a commit waiting.
    attempt("checksum", () -> hook.threadSafeInvoke(engine.get()));
  }

  private static boolean isSimple(PostCommitHook hook) {
    return hook.getType() == PostCommitHook.PostCommitHookType.CHECKSUM_SIMPLE;
  }

  /**
   * At the latest version, whichever that is: Kernel's own hook asks for the version of the commit,
   * takes that for time travel, and then never expires old entries.
   */
  private void writeCheckpoint() throws IOException {
    Engine usual = engine.get();
    SnapshotImpl latest = (SnapshotImpl) TableManager.loadSnapshot(tablePath).build(usual);
    Optional<KeptRemovals> kept = KeptRemovals.of(usual, latest, System.currentTimeMillis());
    try {
      SnapshotChain.withoutConstraints(usual, latest)
          .writeCheckpoint(new CheckpointEngine(usual, kept, SidecarCheckpoint.of(usual, latest)));
    } catch (CheckpointAlreadyExistsException e) {
      LOG.debug("Another writer was faster: table={}, version={}", tableName, latest.getVersion());
    }
    checkpointVersion.set(latest.getVersion());
    ExpiredLog.deleteLeftovers(usual, latest);
    ExpiredSidecars.delete(usual, latest, System.currentTimeMillis());
    deleteAbandonedStagingFiles();
  }

  /** Leftovers of writers that were killed; no reader sees them, but they fill the disk. */
  private void deleteAbandonedStagingFiles() throws IOException {
    var log = new org.apache.flink.core.fs.Path(tablePath, CommitStores.LOG_FOLDER);
    if (log.getFileSystem().isDistributedFS()) {
      return;
    }
    Instant horizon = Instant.now().minus(STAGING_AGE_MIN);
    try (Stream<Path> files = Files.list(Path.of(log.getPath()))) {
      for (Path file : (Iterable<Path>) files.filter(DurableFiles::isStaging)::iterator) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(horizon)) {
            Files.delete(file);
          }
        } catch (NoSuchFileException gone) {
          LOG.debug("Another writer was faster: file={}", file);
        }
      }
    }
  }

  private void attempt(String what, Work work) {
    try {
      work.run();
    } catch (IOException | RuntimeException e) {
      failures.incrementAndGet();
      LOG.warn(
          "Table maintenance failed and will be tried again after the next commit: work={}, "
              + "table={}, version={}",
          what,
          tableName,
          committedVersion.get(),
          e);
    }
  }

  /** Waits for what is under way, for a bounded time. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
        failures.incrementAndGet();
        LOG.warn("Table maintenance did not end in time: table={}", tableName);
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }
}
