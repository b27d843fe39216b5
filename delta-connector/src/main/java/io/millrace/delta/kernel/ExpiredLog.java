package io.millrace.delta.kernel;

import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.Path;

/**
 * What is left of log entries that have expired. Kernel deletes entries and table checkpoints
 * behind an expired checkpoint, and leaves their checksums and compactions, which would pile up for
 * ever.
 */
final class ExpiredLog {
  private ExpiredLog() {}

  static void deleteLeftovers(Engine engine, SnapshotImpl latest) throws IOException {
    if (!TableConfig.EXPIRED_LOG_CLEANUP_ENABLED.fromMetadata(latest.getMetadata())) {
      return;
    }
    List<String> leftovers = new ArrayList<>();
    long first = Long.MAX_VALUE;
    String from = FileNames.listingPrefix(latest.getLogPath(), 0);
    try (CloseableIterator<FileStatus> files = engine.getFileSystemClient().listFrom(from)) {
      while (files.hasNext()) {
        String file = files.next().getPath();
        String name = new Path(file).getName();
        // Files are listed by version; what is older than any entry and checkpoint is of no use.
        if (FileNames.isCommitFile(file) || FileNames.isCheckpointFile(file)) {
          first = version(name);
          break;
        }
        if (FileNames.isChecksumFile(name) || FileNames.isLogCompactionFile(name)) {
          leftovers.add(file);
        }
      }
    }
    for (String leftover : leftovers) {
      if (version(new Path(leftover).getName()) < first) {
        engine.getFileSystemClient().delete(leftover);
      }
    }
  }

  private static long version(String name) {
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }
}
