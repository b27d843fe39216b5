package io.millrace.delta.kernel;

import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.DefaultJsonHandler;
import io.delta.kernel.defaults.engine.DefaultParquetHandler;
import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.engine.JsonHandler;
import io.delta.kernel.engine.MetricsReporter;
import io.delta.kernel.engine.ParquetHandler;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.delta.footer.FooterSeal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernel's own engine over Flink's file systems, with some faults mended: what it reads is compared
 * with checksums where there are any. Thread-safe.
 */
final class MillraceEngine extends DefaultEngine {
  private static final Logger LOG = LoggerFactory.getLogger(MillraceEngine.class);

  private final FileIO files;
  private final Set<EntryChecksum.Sealed> trusted;

  MillraceEngine(FileIO files) {
    this(files, Set.of(EntryChecksum.Sealed.RIGHT, EntryChecksum.Sealed.NONE));
  }

  /**
   * @param trusted which version checksum files are used: they save a reader some time, and a
   *     flipped bit in one gives it other columns
   */
  MillraceEngine(FileIO files, Set<EntryChecksum.Sealed> trusted) {
    super(files);
    this.files = files;
    this.trusted = Set.copyOf(trusted);
  }

  @Override
  public JsonHandler getJsonHandler() {
    return new DefaultJsonHandler(files) {
      @Override
      public CloseableIterator<ColumnarBatch> readJsonFiles(
          CloseableIterator<FileStatus> scanned,
          StructType physicalSchema,
          Optional<Predicate> predicate)
          throws IOException {
        return super.readJsonFiles(
            scanned.filter(file -> !file.getPath().endsWith(".crc") || isTrusted(file)),
            physicalSchema,
            predicate);
      }
    };
  }

  private boolean isTrusted(FileStatus versionChecksum) {
    Path file = new Path(versionChecksum.getPath());
    try (FSDataInputStream stream = file.getFileSystem().open(file)) {
      EntryChecksum.Sealed seal = EntryChecksum.sealOf(stream.readAllBytes());
      if (seal == EntryChecksum.Sealed.WRONG) {
        LOG.warn("A version checksum file is damaged and not used: file={}", file);
      }
      return trusted.contains(seal);
    } catch (IOException e) {
      LOG.warn("A version checksum file cannot be read: file={}", file, e);
      return false;
    }
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
    public CloseableIterator<FileReadResult> readParquetFiles(
        CloseableIterator<FileStatus> scanned,
        StructType physicalSchema,
        Optional<Predicate> predicate)
        throws IOException {
      return super.readParquetFiles(
          scanned.map(WholeFilesOnly::requireFooter), physicalSchema, predicate);
    }

    /** Pages have checksums that the reader compares; this is about the footer. */
    private static FileStatus requireFooter(FileStatus status) {
      Path file = new Path(status.getPath());
      try (FSDataInputStream stream = file.getFileSystem().open(file)) {
        long length = file.getFileSystem().getFileStatus(file).getLen();
        if (!FooterSeal.matches(stream, length)) {
          throw new UncheckedIOException(
              new IOException("the footer of " + file + " does not match its checksum"));
        }
        return FileStatus.of(status.getPath(), length, status.getModificationTime());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
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
