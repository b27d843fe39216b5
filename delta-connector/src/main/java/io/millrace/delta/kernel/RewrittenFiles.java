package io.millrace.delta.kernel;

import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Files that somebody may remember and that were rewritten since. */
public final class RewrittenFiles {
  private RewrittenFiles() {}

  /**
   * Those of the paths whose files are not in the table any more while their rows are.
   *
   * @param tablePath folder of a table that is there
   * @param paths relative to it
   * @throws io.millrace.catalog.MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT, IO_FAILED
   */
  public static Set<String> among(String tablePath, Set<String> paths) {
    SnapshotLoader loader = new SnapshotLoader(tablePath, Optional.empty());
    return loader.load(
        OptionalLong.empty(),
        loaded -> {
          Set<String> gone = new HashSet<>(paths);
          TableLog.forEachFile(
              loaded.engine(), loaded.snapshot(), file -> gone.remove(file.path()));
          RewriteLog log = new RewriteLog(loaded.snapshot().getPath());
          long latest = loaded.snapshot().getVersion();
          gone.removeIf(path -> log.find(path, latest).isEmpty());
          return gone;
        });
  }
}
