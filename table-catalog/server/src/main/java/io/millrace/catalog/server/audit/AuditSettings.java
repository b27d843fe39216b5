package io.millrace.catalog.server.audit;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Duration;

/**
 * How the audit log is written and kept.
 *
 * @param queueEvents how many events may wait to be written; who adds one more waits, too
 * @param batchEvents how many are written in one transaction at most
 * @param interval after which events are written if there are fewer
 * @param patience how long somebody waits for room in the queue before its request fails
 * @param retention how long an event is kept
 */
public record AuditSettings(
    int queueEvents, int batchEvents, Duration interval, Duration patience, Duration retention) {
  /** A year, as in Databricks. */
  public static final AuditSettings DEFAULT =
      new AuditSettings(
          20_000, 500, Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofDays(365));

  public AuditSettings {
    positive("audit.queue-events", queueEvents > 0, queueEvents);
    positive("audit.batch-events", batchEvents > 0, batchEvents);
    positive("audit.interval", interval.toMillis() > 0, interval);
    positive("audit.patience", patience.toMillis() > 0, patience);
    if (retention.compareTo(Duration.ofDays(1)) < 0) {
      throw new MillraceException(
          ErrorCode.RETENTION_TOO_SHORT,
          "audit.retention is %s, below a day".formatted(retention),
          "keep the audit log for a day at least");
    }
  }

  private static void positive(String name, boolean valid, Object value) {
    if (!valid) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID, name + " is " + value, "set it above zero");
    }
  }
}
