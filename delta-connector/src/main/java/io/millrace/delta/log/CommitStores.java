package io.millrace.delta.log;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import java.util.Locale;

/** Which commit store a table's place needs. */
public final class CommitStores {
  /** The folder of a table that holds its log. */
  public static final String LOG_FOLDER = "_delta_log";

  private CommitStores() {}

  /**
   * The store for a table.
   *
   * @param tablePath an absolute local path, or a URI
   * @throws MillraceException TABLE_UNSUPPORTED if nothing here can commit to such a place without
   *     letting two writers win
   */
  public static CommitStore forTable(String tablePath) {
    org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(tablePath);
    String scheme = path.toUri().getScheme();
    if (scheme == null || scheme.toLowerCase(Locale.ROOT).equals("file")) {
      return new LocalCommitStore(Path.of(path.getPath()).resolve(LOG_FOLDER));
    }
    throw new MillraceException(
        ErrorCode.TABLE_UNSUPPORTED,
        "table %s is on '%s', for which there is no commit store".formatted(tablePath, scheme),
        "keep the table on a local file system: an absolute path, or file:///...");
  }
}
