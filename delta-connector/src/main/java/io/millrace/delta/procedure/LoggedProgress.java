package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.maintenance.Progress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Progress for the log, now and then: nobody sees more of a procedure that is at work. */
final class LoggedProgress implements Progress {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedProgress.class);
  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private final String procedure;
  private final String table;
  private long nextNanos = System.nanoTime() + INTERVAL_NANOS;

  private LoggedProgress(String procedure, String table) {
    this.procedure = requireNonNull(procedure, "procedure is null");
    this.table = requireNonNull(table, "table is null");
  }

  static Progress of(String procedure, String table) {
    return new LoggedProgress(procedure, table);
  }

  @Override
  public void at(String step, long done, long total) {
    long now = System.nanoTime();
    if (now - nextNanos >= 0) {
      nextNanos = now + INTERVAL_NANOS;
      LOG.info(
          "A procedure is at work: procedure={}, table={}, step={}, done={}, total={}",
          procedure,
          table,
          step,
          done,
          total);
    }
  }
}
