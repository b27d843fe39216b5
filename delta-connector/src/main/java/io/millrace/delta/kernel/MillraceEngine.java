package io.millrace.delta.kernel;

import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.DefaultParquetHandler;
import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.engine.MetricsReporter;
import io.delta.kernel.engine.ParquetHandler;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.fs.Path;

/** Kernel's own engine over Flink's file systems, with one fault mended. Thread-safe. */
final class MillraceEngine extends DefaultEngine {
  private final FileIO files;

  MillraceEngine(FileIO files) {
    super(files);
    this.files = files;
  }

  @Override
  public ParquetHandler getParquetHandler() {
    return new WholeFilesOnly(files);
  }

  /** None: Kernel's own reporter turns every snapshot and commit into JSON for the log. */
  @Override
  public List<MetricsReporter> getMetricsReporters() {
    return List.of();
  }

  /**
   * Table checkpoints appear only if all their rows could be read. Kernel's writer closes its file,
   * footer and all, when the reading of the rows fails half-way, and its atomic stream takes any
   * close for success: a checkpoint that lacks rows, and looks whole (delta-io/delta#7174).
   */
  private static final class WholeFilesOnly extends DefaultParquetHandler {
    private final FileIO files;

    WholeFilesOnly(FileIO files) {
      super(files);
      this.files = files;
    }

    @Override
    public void writeParquetFileAtomically(
        String filePath, CloseableIterator<FilteredColumnarBatch> data) throws IOException {
      Path target = new Path(filePath);
      Path staged =
          new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID() + ".tmp");
      boolean whole = false;
      try {
        super.writeParquetFileAtomically(staged.toString(), data);
        whole = true;
      } finally {
        if (!whole) {
          files.delete(staged.toString());
        }
      }
      if (!target.getFileSystem().rename(staged, target)) {
        files.delete(staged.toString());
        throw new IOException("cannot rename " + staged + " to " + target);
      }
    }
  }
}
