package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * One owner for a catalog's directory: another process is refused by a lock that ends with its
 * process, however that ends, and this process by what it holds already.
 */
final class CatalogLock implements AutoCloseable {
  static final String FILE = "catalog.lock";

  /**
   * What this process holds. Asked before the file is opened: on Linux whoever closes a file gives
   * up every lock of the process on it. Guarded by itself.
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path directory;
  private final FileChannel channel;

  private CatalogLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param directory that is there
   * @throws MillraceException ALREADY_RUNNING if somebody has it; IO_FAILED
   */
  static CatalogLock take(Path directory) {
    try {
      Path real = directory.toRealPath();
      synchronized (HELD) {
        if (HELD.contains(real)) {
          throw new MillraceException(
              ErrorCode.ALREADY_RUNNING,
              "the catalog in %s is open in this process already".formatted(directory),
              "use the one that is open, or close it first");
        }
        CatalogLock lock = new CatalogLock(real, locked(directory, real.resolve(FILE)));
        HELD.add(real);
        return lock;
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "%s cannot be locked: %s".formatted(directory.resolve(FILE), e.getMessage()),
          "look at the file and its directory",
          e);
    }
  }

  private static FileChannel locked(Path directory, Path file) throws IOException {
    SecretFile.createEmpty(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new MillraceException(
        ErrorCode.ALREADY_RUNNING,
        "the catalog in %s is in use by another process".formatted(directory),
        "stop that process, or use its HTTP port; several instances share a PostgreSQL database");
  }

  @Override
  public void close() {
    synchronized (HELD) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new MillraceException(
            ErrorCode.IO_FAILED,
            "the lock of %s cannot be given up: %s".formatted(directory, e.getMessage()),
            "look at the directory; the lock ends with this process",
            e);
      } finally {
        HELD.remove(directory);
      }
    }
  }
}
