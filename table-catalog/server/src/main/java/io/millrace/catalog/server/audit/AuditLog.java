package io.millrace.catalog.server.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log of what belongs to no change: reads, denials, tokens. Changes are audited in their
 * own transaction and do not come here.
 *
 * <p>Events wait in a queue and are written in batches by one thread. Nothing is thrown away: where
 * the database is slower than the events, those who add events wait; where it fails, it is tried
 * again, and who waits for longer than is patient gets an error instead of what it asked for. A
 * process that is killed loses what waits, at most {@code interval} old on a healthy database.
 *
 * <p>Thread-safe.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final long PAUSE_NANOS = 500_000_000;
  private static final Duration UPKEEP = Duration.ofDays(1);

  /** Control characters that a database does not take, or that forge lines where it is printed. */
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0B-\\x1F\\x7F]");

  private static final int PARAMETERS_MAX = 100;
  private static final int PARAMETER_CHARACTERS_MAX = 4096;

  private final AuditSettings settings;
  private final Consumer<List<AuditEvent>> table;
  private final Runnable upkeep;
  private final Clock clock;
  private final BlockingQueue<AuditEvent> queue;
  private final Thread writer;
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private final AtomicLong accepted = new AtomicLong();
  private final Object progress = new Object();

  /** Guarded by {@link #progress}. */
  private long written;

  private volatile boolean closing;
  private Instant lastUpkeep = Instant.MIN;

  /**
   * Starts the thread that writes.
   *
   * @param table what writes a batch, in one transaction
   * @param upkeep what deletes what is too old; called once a day
   */
  public AuditLog(
      AuditSettings settings, Consumer<List<AuditEvent>> table, Runnable upkeep, Clock clock) {
    this.settings = requireNonNull(settings, "settings is null");
    this.table = requireNonNull(table, "table is null");
    this.upkeep = requireNonNull(upkeep, "upkeep is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.queue = new ArrayBlockingQueue<>(settings.queueEvents());
    this.writer = new Thread(this::write, "audit-log");
    writer.setDaemon(true);
    writer.start();
  }

  /**
   * Adds an event; it is written soon.
   *
   * @throws MillraceException IO_FAILED if there is no room for so long that what is audited must
   *     not happen
   */
  public void add(AuditEvent event) {
    AuditEvent fitting = fitting(event);
    open.readLock().lock();
    try {
      if (!closing && queue.offer(fitting, settings.patience().toMillis(), TimeUnit.MILLISECONDS)) {
        accepted.incrementAndGet();
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.readLock().unlock();
    }
    throw new MillraceException(
        ErrorCode.IO_FAILED,
        closing
            ? "the audit log is closed"
            : "the audit log cannot be written, %,d events wait".formatted(queue.size()),
        "look at the catalog's database; nothing is done that cannot be audited");
  }

  /**
   * Returns when everything that was added so far is written.
   *
   * @throws MillraceException IO_FAILED if that takes too long
   */
  public void flush() {
    long wanted = accepted.get();
    long until = System.nanoTime() + settings.patience().toNanos();
    synchronized (progress) {
      while (written < wanted) {
        long leftMillis = (until - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          throw new MillraceException(
              ErrorCode.IO_FAILED,
              "the audit log cannot be written, %,d events wait".formatted(wanted - written),
              "look at the catalog's database");
        }
        try {
          progress.wait(leftMillis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** Writes until the log is closed and nothing waits. */
  private void write() {
    List<AuditEvent> batch = new ArrayList<>(settings.batchEvents());
    long due = System.nanoTime() + settings.interval().toNanos();
    boolean goesOn = true;
    while (goesOn && (!closing || !queue.isEmpty() || !batch.isEmpty())) {
      AuditEvent next = next(closing ? 0 : due - System.nanoTime());
      if (next != null) {
        batch.add(next);
        queue.drainTo(batch, settings.batchEvents() - batch.size());
      }
      if (next == null || batch.size() >= settings.batchEvents()) {
        if (!batch.isEmpty()) {
          goesOn = store(batch);
          batch.clear();
        }
        due = System.nanoTime() + settings.interval().toNanos();
        keepUp();
      }
    }
  }

  private @Nullable AuditEvent next(long waitNanos) {
    try {
      return queue.poll(Math.max(waitNanos, 0), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  /** Writes a batch, however often it takes; false if it could not be and the log is closed. */
  private boolean store(List<AuditEvent> batch) {
    boolean told = false;
    while (true) {
      try {
        table.accept(List.copyOf(batch));
        synchronized (progress) {
          written += batch.size();
          progress.notifyAll();
        }
        return true;
      } catch (RuntimeException e) {
        if (!told) {
          LOG.error("The audit log cannot be written, trying again: events={}", batch.size(), e);
          told = true;
        }
        if (closing) {
          return false;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void keepUp() {
    Instant now = clock.instant();
    if (lastUpkeep.equals(Instant.MIN) || now.isAfter(lastUpkeep.plus(UPKEEP))) {
      lastUpkeep = now;
      try {
        upkeep.run();
      } catch (RuntimeException e) {
        LOG.error("Old events of the audit log cannot be deleted", e);
      }
    }
  }

  /**
   * An event as the table takes it: nothing that somebody sends keeps others from being written.
   */
  private static AuditEvent fitting(AuditEvent event) {
    Map<String, String> parameters = new TreeMap<>();
    event
        .parameters()
        .forEach(
            (name, value) -> {
              if (parameters.size() < PARAMETERS_MAX) {
                parameters.put(
                    fitting(name, PARAMETER_CHARACTERS_MAX),
                    fitting(value, PARAMETER_CHARACTERS_MAX));
              }
            });
    return new AuditEvent(
        event.at(),
        event.principal(),
        fitting(event.principalName(), 1024),
        fitting(event.action(), 128),
        fitting(event.securableType(), 32),
        fitting(event.fullName(), 4096),
        parameters,
        event.outcome(),
        fitting(event.reason(), 4096),
        fitting(event.requestId(), 64),
        fitting(event.sourceAddress(), 128));
  }

  private static String fitting(String text, int charactersMax) {
    String plain = CONTROL.matcher(text).replaceAll("\uFFFD");
    String whole =
        plain.length() <= charactersMax ? plain : plain.substring(0, charactersMax - 1) + "…";
    // Half a surrogate pair, sent or made by cutting, becomes a question mark.
    return new String(whole.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /**
   * Writes what waits, and ends.
   *
   * @throws MillraceException IO_FAILED if that cannot be done, with how many events are lost
   */
  @Override
  public void close() {
    open.writeLock().lock();
    closing = true;
    open.writeLock().unlock();
    boolean interrupted = false;
    long until = System.nanoTime() + settings.patience().toNanos();
    while (writer.isAlive() && until - System.nanoTime() > 0) {
      try {
        // Not interrupted: what it writes is to be written.
        writer.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    long lost;
    synchronized (progress) {
      lost = accepted.get() - written;
    }
    if (lost > 0) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "%,d events of the audit log could not be written before the end".formatted(lost),
          "look at the catalog's database");
    }
  }
}
