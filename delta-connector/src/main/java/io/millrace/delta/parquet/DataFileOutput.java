package io.millrace.delta.parquet;

import io.millrace.delta.footer.SealedOutput;
import io.millrace.delta.log.DurableFiles;
import java.io.IOException;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/**
 * A new file of one of Flink's file systems, for parquet-java. Never overwrites. On a local disk
 * closing it means that the bytes and the name have reached the disk: what a checkpoint names must
 * outlive a power cut.
 */
final class DataFileOutput extends PositionOutputStream implements OutputFile {
  private final FileSystem files;
  private final Path path;
  private final FSDataOutputStream target;
  private final SealedOutput buffered;
  private boolean closed;

  /** Creates the file, and the folder if it is the first. */
  DataFileOutput(Path path) throws IOException {
    this.path = path;
    files = path.getFileSystem();
    if (local()) {
      // The folder of a new partition is a name that must last, too.
      DurableFiles.createDirectories(java.nio.file.Path.of(path.getParent().getPath()));
    }
    target = files.create(path, FileSystem.WriteMode.NO_OVERWRITE);
    buffered = new SealedOutput(target);
  }

  @Override
  public long getPos() {
    return buffered.position();
  }

  @Override
  public void write(int value) throws IOException {
    buffered.write(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    buffered.write(bytes, offset, length);
  }

  /** Says that the footer comes next, perhaps after some more pages. */
  void ending() {
    buffered.ending();
  }

  /** Nothing to do: only a closed file is one. */
  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (target) {
      buffered.finish();
      if (local()) {
        target.sync();
      }
    }
    if (local()) {
      // A new name is durable once its folder is.
      DurableFiles.syncDirectory(java.nio.file.Path.of(path.getParent().getPath()));
    }
  }

  /** Closes without writing what is buffered, and deletes the file. */
  void abort() throws IOException {
    closed = true;
    try (target) {
      // Only to release the handle.
    } finally {
      files.delete(path, false);
    }
  }

  private boolean local() {
    return files instanceof LocalFileSystem;
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) {
    return this;
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    return this;
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  @Override
  public String getPath() {
    return path.toString();
  }
}
