package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.defaults.engine.hadoopio.HadoopInputFile;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.delta.footer.SealedOutput;
import io.millrace.delta.log.DurableFiles;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetInputFormat;
import org.jspecify.annotations.Nullable;

/**
 * Kernel's files, on Flink's file systems; no Hadoop file system is involved.
 *
 * <p>On a local file system every file written is on the disk, name included, when its stream is
 * closed; a file written atomically appears whole or not at all. On other file systems a file
 * becomes visible when its stream is closed, as object stores have it. Log entries never go this
 * way: they need a {@link io.millrace.delta.log.CommitStore}.
 *
 * <p>Thread-safe.
 */
public final class FlinkFileIO implements FileIO {
  private static final int ENTRY_DIGITS = 20;
  private static final Pattern ENTRY = Pattern.compile("\\d{" + ENTRY_DIGITS + "}\\.json");

  private final Set<String> hiddenNames;

  public FlinkFileIO() {
    this(Set.of());
  }

  /**
   * @param hiddenNames files that listings leave out, by name: table checkpoints found unreadable
   */
  FlinkFileIO(Set<String> hiddenNames) {
    this.hiddenNames = Set.copyOf(hiddenNames);
  }

  @Override
  public CloseableIterator<FileStatus> listFrom(String filePath) throws IOException {
    Path from = new Path(filePath);
    Path directory = from.getParent();
    FileSystem files = directory.getFileSystem();
    return files.isDistributedFS()
        ? listRemote(files, directory, from.getName())
        : listLocal(directory, from.getName());
  }

  /**
   * Names first, sizes one by one as the caller goes: a listing of ten thousand entries is mostly
   * asked for its end.
   */
  private CloseableIterator<FileStatus> listLocal(Path directory, String from) throws IOException {
    String[] names = new java.io.File(directory.getPath()).list();
    if (names == null) {
      throw new FileNotFoundException(directory + " is not a folder");
    }
    String[] wanted =
        Arrays.stream(names)
            .filter(name -> name.compareTo(from) >= 0 && !hiddenNames.contains(name))
            .sorted()
            .toArray(String[]::new);
    Iterator<String> sorted = withMissedEntries(directory, wanted).iterator();
    return new CloseableIterator<>() {
      private @Nullable FileStatus next;

      @Override
      public boolean hasNext() {
        while (next == null && sorted.hasNext()) {
          Path path = new Path(directory, sorted.next());
          java.io.File file = new java.io.File(path.getPath());
          long modifiedMillis = file.lastModified();
          // Zero: somebody removed it after the names were read.
          if (modifiedMillis > 0) {
            next = FileStatus.of(path.toString(), file.length(), modifiedMillis);
          }
        }
        return next != null;
      }

      @Override
      public FileStatus next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        FileStatus result = requireNonNull(next);
        next = null;
        return result;
      }

      @Override
      public void close() {}
    };
  }

  /**
   * The names, with log entries that were made while they were read: readdir(3) may leave out one
   * of these and return a later one, and that would look like a damaged log. Entries are made in
   * order, so that what is missing between two of them is there now, or was lost.
   *
   * @param sorted names in the folder
   */
  static List<String> withMissedEntries(Path directory, String[] sorted) {
    List<String> whole = new ArrayList<>(sorted.length);
    long expected = Long.MAX_VALUE;
    for (String name : sorted) {
      if (ENTRY.matcher(name).matches()) {
        long version = Long.parseLong(name.substring(0, ENTRY_DIGITS));
        for (; expected < version; expected++) {
          String missed = "%020d.json".formatted(expected);
          if (!new java.io.File(directory.getPath(), missed).exists()) {
            break;
          }
          whole.add(missed);
        }
        expected = version + 1;
      }
      whole.add(name);
    }
    whole.sort(null);
    return whole;
  }

  private CloseableIterator<FileStatus> listRemote(FileSystem files, Path directory, String from)
      throws IOException {
    org.apache.flink.core.fs.FileStatus[] found = files.listStatus(directory);
    if (found == null) {
      throw new FileNotFoundException(directory + " is not there");
    }
    Iterator<FileStatus> sorted =
        Arrays.stream(found)
            .filter(status -> status.getPath().getName().compareTo(from) >= 0)
            .filter(status -> !hiddenNames.contains(status.getPath().getName()))
            .sorted(Comparator.comparing(status -> status.getPath().getName()))
            .map(FlinkFileIO::kernelStatus)
            .iterator();
    return new CloseableIterator<>() {
      @Override
      public boolean hasNext() {
        return sorted.hasNext();
      }

      @Override
      public FileStatus next() {
        return sorted.next();
      }

      @Override
      public void close() {}
    };
  }

  private static FileStatus kernelStatus(org.apache.flink.core.fs.FileStatus status) {
    return FileStatus.of(
        status.getPath().toString(), status.getLen(), status.getModificationTime());
  }

  @Override
  public FileStatus getFileStatus(String path) throws IOException {
    Path file = new Path(path);
    return kernelStatus(file.getFileSystem().getFileStatus(file));
  }

  @Override
  public String resolvePath(String path) throws IOException {
    Path unresolved = new Path(path);
    return unresolved.makeQualified(unresolved.getFileSystem()).toString();
  }

  @Override
  public boolean mkdirs(String path) throws IOException {
    Path directory = new Path(path);
    FileSystem files = directory.getFileSystem();
    if (files.isDistributedFS()) {
      return files.mkdirs(directory);
    }
    DurableFiles.createDirectories(local(directory));
    return true;
  }

  @Override
  public InputFile newInputFile(String path, long fileSize) {
    return new Opened(path, fileSize);
  }

  /**
   * A file to be read. Kernel takes the settings of its Parquet reader from inputs of Hadoop's
   * only, and from Hadoop's defaults otherwise, which it looks for on the class path each time.
   */
  private static final class Opened extends HadoopInputFile {
    private static final Configuration PARQUET = verifying();

    private final String path;
    private final Path file;
    private final long fileSize;

    // The file system is only asked for its settings, which are given below.
    @SuppressWarnings("NullAway")
    Opened(String path, long fileSize) {
      super(null, null, fileSize);
      this.path = path;
      this.file = new Path(path);
      this.fileSize = fileSize;
    }

    private static Configuration verifying() {
      Configuration configuration = new Configuration(false);
      // Not that of the thread, which may be a job's, to be closed with it.
      configuration.setClassLoader(FlinkFileIO.class.getClassLoader());
      configuration.setBoolean(ParquetInputFormat.PAGE_VERIFY_CHECKSUM_ENABLED, true);
      configuration.setBoolean(ParquetInputFormat.HADOOP_VECTORED_IO_ENABLED, false);
      return configuration;
    }

    @Override
    public Configuration configuration() {
      return PARQUET;
    }

    @Override
    public long length() throws IOException {
      return fileSize >= 0 ? fileSize : file.getFileSystem().getFileStatus(file).getLen();
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      return new Input(file.getFileSystem().open(file));
    }
  }

  @Override
  public OutputFile newOutputFile(String path) {
    Path file = new Path(path);
    return new OutputFile() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public PositionOutputStream create(boolean atomicWrite) throws IOException {
        FileSystem files = file.getFileSystem();
        if (files.isDistributedFS()) {
          return new Output(files.create(file, FileSystem.WriteMode.OVERWRITE), false, null, null);
        }
        java.nio.file.Path target = local(file);
        java.nio.file.Path written = atomicWrite ? DurableFiles.stagingPath(target) : target;
        FSDataOutputStream stream =
            files.create(new Path(written.toUri()), FileSystem.WriteMode.OVERWRITE);
        return new Output(stream, true, written, target);
      }

      @Override
      public void writeAtomically(CloseableIterator<String> lines, boolean overwrite)
          throws IOException {
        byte[] joined = join(lines);
        byte[] bytes = path.endsWith(".crc") ? EntryChecksum.sealed(joined) : joined;
        FileSystem files = file.getFileSystem();
        if (!files.isDistributedFS()) {
          if (overwrite) {
            DurableFiles.replace(local(file), bytes);
          } else {
            DurableFiles.create(local(file), bytes);
          }
          return;
        }
        FileSystem.WriteMode mode =
            overwrite ? FileSystem.WriteMode.OVERWRITE : FileSystem.WriteMode.NO_OVERWRITE;
        try (FSDataOutputStream stream = files.create(file, mode)) {
          stream.write(bytes);
        }
      }
    };
  }

  @Override
  public boolean delete(String path) throws IOException {
    Path file = new Path(path);
    return file.getFileSystem().delete(file, false);
  }

  @Override
  public Optional<String> getConf(String key) {
    return Optional.empty();
  }

  @Override
  public void copyFileAtomically(String source, String target, boolean overwrite)
      throws IOException {
    byte[] bytes;
    try (FSDataInputStream stream = new Path(source).getFileSystem().open(new Path(source))) {
      bytes = stream.readAllBytes();
    }
    Path file = new Path(target);
    FileSystem files = file.getFileSystem();
    if (files.isDistributedFS()) {
      throw new IOException(
          "cannot copy to " + target + ": no atomic copy on " + files.getUri().getScheme());
    }
    if (overwrite) {
      DurableFiles.replace(local(file), bytes);
    } else {
      DurableFiles.create(local(file), bytes);
    }
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.getPath());
  }

  private static byte[] join(CloseableIterator<String> lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (lines) {
      while (lines.hasNext()) {
        bytes.write(lines.next().getBytes(StandardCharsets.UTF_8));
        bytes.write('\n');
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return bytes.toByteArray();
  }

  private static final class Input extends SeekableInputStream {
    private final FSDataInputStream stream;

    Input(FSDataInputStream stream) {
      this.stream = stream;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public void seek(long position) throws IOException {
      stream.seek(position);
    }

    @Override
    public int read() throws IOException {
      return stream.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return stream.read(bytes, offset, length);
    }

    @Override
    public void readFully(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int read = stream.read(bytes, offset + done, length - done);
        if (read < 0) {
          throw new EOFException("file ends %d bytes early".formatted(length - done));
        }
        done += read;
      }
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /**
   * A Parquet file, such as a table checkpoint. Syncs before it closes, and gives the file its name
   * when all is written.
   */
  private static final class Output extends PositionOutputStream {
    private final FSDataOutputStream stream;
    private final SealedOutput sealed;
    private final boolean sync;
    private final java.nio.file.@Nullable Path written;
    private final java.nio.file.@Nullable Path target;
    private boolean closed;

    Output(
        FSDataOutputStream stream,
        boolean sync,
        java.nio.file.@Nullable Path written,
        java.nio.file.@Nullable Path target) {
      this.stream = stream;
      this.sealed = new SealedOutput(stream);
      sealed.ending();
      this.sync = sync;
      this.written = written;
      this.target = target;
    }

    @Override
    public long getPos() throws IOException {
      return sealed.position();
    }

    @Override
    public void write(int b) throws IOException {
      sealed.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      sealed.write(bytes, offset, length);
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
      boolean synced = false;
      try (stream) {
        sealed.finish();
        if (sync) {
          stream.sync();
        }
        synced = true;
      } finally {
        if (!synced && written != null && target != null && !written.equals(target)) {
          java.nio.file.Files.deleteIfExists(written);
        }
      }
      if (written != null && target != null) {
        if (written.equals(target)) {
          DurableFiles.syncDirectory(target.toAbsolutePath().getParent());
        } else {
          DurableFiles.rename(written, target);
        }
      }
    }
  }
}
