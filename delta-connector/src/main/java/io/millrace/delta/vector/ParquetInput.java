package io.millrace.delta.vector;

import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file of one of Flink's file systems, for parquet-java. */
final class ParquetInput implements InputFile {
  private final Path path;
  private final FileSystem files;
  private final long length;

  /**
   * @throws java.io.FileNotFoundException if there is none
   */
  ParquetInput(Path path) throws IOException {
    this.path = path;
    files = path.getFileSystem();
    length = files.getFileStatus(path).getLen();
  }

  @Override
  public long getLength() {
    return length;
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    FSDataInputStream stream = files.open(path);
    return new DelegatingSeekableInputStream(stream) {
      @Override
      public long getPos() throws IOException {
        return stream.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        stream.seek(position);
      }
    };
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
