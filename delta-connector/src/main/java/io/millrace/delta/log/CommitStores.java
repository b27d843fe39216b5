package io.millrace.delta.log;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.jspecify.annotations.Nullable;

/** Which commit store a table's place needs. */
public final class CommitStores {
  /** The folder of a table that holds its log. */
  public static final String LOG_FOLDER = "_delta_log";

  private static final AtomicReference<Configuration> CONFIGURATION = new AtomicReference<>();

  private CommitStores() {}

  /**
   * Says where object stores are and who asks, as {@code FileSystem.initialize} does for data
   * files. Without it, or with null, the configuration is that of {@code FLINK_CONF_DIR}, which
   * every process of a Flink cluster has.
   */
  public static void initialize(@Nullable Configuration configuration) {
    CONFIGURATION.set(configuration == null ? null : new Configuration(configuration));
  }

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
    if (isS3(scheme)) {
      Configuration given = CONFIGURATION.get();
      return S3CommitStore.of(
          tablePath,
          S3Settings.of(given == null ? GlobalConfiguration.loadConfiguration() : given));
    }
    throw new MillraceException(
        ErrorCode.TABLE_UNSUPPORTED,
        "table %s is on '%s', for which there is no commit store".formatted(tablePath, scheme),
        "keep the table on a local file system (an absolute path, or file:///...) or on S3"
            + " (s3://bucket/folder)");
  }

  private static boolean isS3(String scheme) {
    String lower = scheme.toLowerCase(Locale.ROOT);
    return lower.equals("s3") || lower.equals("s3a");
  }
}
