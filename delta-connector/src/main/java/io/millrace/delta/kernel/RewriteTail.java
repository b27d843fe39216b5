package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.StorageFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.core.fs.Path;

/**
 * The versions of a table that move rows to other files, as they come, for somebody who remembers
 * where rows lie. Each log entry is read once. Not thread-safe.
 */
public final class RewriteTail {
  private final Path directory;
  private long next;

  /**
   * @param after the last version that is known; -1 for none
   */
  public RewriteTail(String tablePath, long after) {
    this.directory =
        new Path(requireNonNull(tablePath, "tablePath is null"), CommitStores.LOG_FOLDER);
    this.next = after + 1;
  }

  /** The last version that was read; one before the first if none was. */
  public long version() {
    return next - 1;
  }

  /**
   * A version that moved rows.
   *
   * @param removed paths of files that are gone
   * @param added files that hold their rows
   */
  public record Rewrite(long version, Set<String> removed, List<LiveFile> added) {
    public Rewrite {
      removed = Set.copyOf(removed);
      added = List.copyOf(added);
    }
  }

  /**
   * The versions that came since the call before, as far as they move rows.
   *
   * @throws io.millrace.catalog.MillraceException IO_FAILED; the next call tries again
   */
  public List<Rewrite> poll() {
    List<Rewrite> found = new ArrayList<>();
    try {
      Optional<String> entry = RewriteLog.entry(directory, next);
      while (entry.isPresent()) {
        List<LiveFile> removed = new ArrayList<>();
        List<LiveFile> added = new ArrayList<>();
        RewriteLog.collect(entry.get(), removed, added);
        if (!removed.isEmpty()) {
          Set<String> paths = new HashSet<>();
          removed.forEach(file -> paths.add(file.path()));
          found.add(new Rewrite(next, paths, added));
        }
        next++;
        entry = RewriteLog.entry(directory, next);
      }
    } catch (IOException e) {
      throw StorageFailure.of("reading the log of a table", directory.toString(), e);
    }
    return found;
  }
}
