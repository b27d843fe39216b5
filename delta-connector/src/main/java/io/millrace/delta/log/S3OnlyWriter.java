package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The right of one process to write a table on a store that cannot refuse a second one: an object
 * in the table's log that names the process, renewed with its commits and free again after a while
 * without any.
 *
 * <p>It keeps apart writers that are started one after the other, by mistake or by a scheduler. Two
 * that begin within the same moment can both take it: no store without a condition can prevent
 * that, so this is a guard, not a lock.
 */
final class S3OnlyWriter {
  static final String NAME = ".millrace-writer";

  /** How long a silent writer keeps its right, by the store's clock. */
  static final Duration LEASE = Duration.ofSeconds(90);

  private static final Duration RENEWED_AFTER = LEASE.dividedBy(4);

  private final S3Objects objects;
  private final S3Retries retries;
  private final String key;
  private final String tablePath;
  private final String me;

  /**
   * @param me names the process: unique among all that may write
   */
  S3OnlyWriter(S3Objects objects, S3Retries retries, String folder, String tablePath, String me) {
    this.objects = requireNonNull(objects, "objects is null");
    this.retries = requireNonNull(retries, "retries is null");
    this.key = folder + "/" + NAME;
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.me = requireNonNull(me, "me is null");
  }

  /**
   * Returns if this process has the right, or has got it.
   *
   * @throws MillraceException COMMIT_CONFLICT if another process has it
   */
  void require() throws IOException {
    Optional<S3Objects.Stored> holder = retries.send(() -> objects.read(key));
    if (holder.isPresent()) {
      boolean mine = isMe(holder.get());
      Duration age = holder.get().age();
      if (mine && age.compareTo(RENEWED_AFTER) < 0) {
        return;
      }
      if (!mine && age.compareTo(LEASE) < 0) {
        throw refused(age);
      }
    }
    retries.send(
        () -> {
          objects.put(key, me.getBytes(UTF_8));
          return true;
        });
    Optional<S3Objects.Stored> now = retries.send(() -> objects.read(key));
    if (now.isEmpty() || !isMe(now.get())) {
      throw refused(Duration.ZERO);
    }
  }

  private boolean isMe(S3Objects.Stored stored) {
    return new String(stored.bytes(), UTF_8).equals(me);
  }

  private MillraceException refused(Duration age) {
    return new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        ("table %s is on a store that ignores If-None-Match, so that it can have one writer only,"
                + " and another process wrote there %d s ago")
            .formatted(tablePath, age.toSeconds()),
        "stop the other writer and start this one again %d s after its last commit; or move the"
                .formatted(LEASE.toSeconds())
            + " table to a store with conditional writes, such as AWS S3 or a current MinIO");
  }
}
