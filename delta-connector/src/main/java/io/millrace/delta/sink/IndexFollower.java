package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.RewriteTail;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the index of a running job true about files that are packed, by the job itself or by
 * others, so that the old files may be vacuumed and the committer need not look for their rows
 * again and again. Owned by the task's thread.
 *
 * <p>The log is asked now and then; of a version that moved rows, the keys in the new files are
 * read. The index may well be behind: {@link MovedRows} follows what it still names.
 */
final class IndexFollower {
  private static final Logger LOG = LoggerFactory.getLogger(IndexFollower.class);
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final DeltaTableSpec spec;
  private final UpsertIndex index;
  private final RowFolders folders;
  private final RewriteTail tail;
  private long asked = System.nanoTime();

  /**
   * @param version that the index is true about, or an earlier one; -1 if there was no table
   */
  IndexFollower(DeltaTableSpec spec, UpsertIndex index, RowFolders folders, long version) {
    this.spec = requireNonNull(spec, "spec is null");
    this.index = requireNonNull(index, "index is null");
    this.folders = requireNonNull(folders, "folders is null");
    this.tail = new RewriteTail(spec.path(), version);
  }

  /** The latest version of a table, -1 if there is none. */
  static long versionOf(DeltaTableSpec spec) {
    try {
      return TableSnapshot.latest(spec.path()).version();
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND) {
        return -1;
      }
      throw e;
    }
  }

  /** Follows, if it is long ago that it did. */
  void followNowAndThen() {
    if (System.nanoTime() - asked >= INTERVAL_NANOS) {
      follow();
      asked = System.nanoTime();
    }
  }

  /**
   * Corrects the index for all versions that are there.
   *
   * @throws MillraceException what {@link TableKeys#visit} throws
   */
  void follow() {
    List<RewriteTail.Rewrite> rewrites = tail.poll();
    for (RewriteTail.Rewrite rewrite : rewrites) {
      try {
        TableKeys.visitFiles(
            spec,
            TableSnapshot.latest(spec.path()),
            rewrite.added(),
            path -> IndexBootstrap.moving(index, folders, rewrite.removed(), path));
      } catch (MillraceException e) {
        if (e.code() != ErrorCode.FILE_NOT_FOUND) {
          throw e;
        }
        // The new files are gone, too; the table as it is tells where all rows are.
        IndexBootstrap.refresh(spec, index, folders);
        return;
      }
      LOG.debug(
          "Followed packed files: table={}, version={}, files={}",
          spec.name(),
          rewrite.version(),
          rewrite.removed().size());
    }
  }
}
