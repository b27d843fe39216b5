package io.millrace.catalog.server.audit;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.store.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is older than is kept: the only thing that ever deletes from the audit log. There is
 * no way to call it from outside, and nothing changes an event.
 */
public final class AuditRetention implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditRetention.class);
  private static final int CHUNK_ROWS = 10_000;

  private final Database database;
  private final Duration retention;
  private final Clock clock;

  public AuditRetention(Database database, Duration retention, Clock clock) {
    this.database = requireNonNull(database, "database is null");
    this.retention = requireNonNull(retention, "retention is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  @Override
  public void run() {
    Instant cutoff = clock.instant().minus(retention);
    long deleted = 0;
    int some;
    do {
      // In parts, so that nobody who adds events waits for long.
      some =
          database.write(
              handle ->
                  handle.execute(
                      "DELETE FROM audit_event WHERE id IN"
                          + " (SELECT id FROM audit_event WHERE at < ? ORDER BY id LIMIT "
                          + CHUNK_ROWS
                          + ")",
                      OffsetDateTime.ofInstant(cutoff, ZoneOffset.UTC)));
      deleted += some;
    } while (some == CHUNK_ROWS);
    if (deleted > 0) {
      LOG.info("Old events of the audit log deleted: events={}, before={}", deleted, cutoff);
    }
  }
}
