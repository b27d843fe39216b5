package io.millrace.gateway.platform;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * At most one platform on a directory. The operating system gives the lock back when the process
 * ends, however it ends, so a lock that is held means a platform that runs.
 */
final class PlatformLock implements AutoCloseable {
  /**
   * The locks of this process. POSIX drops a process's lock when the process closes any descriptor
   * of the file, so it must not even be opened a second time.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private PlatformLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** The lock, or empty if a platform holds it. */
  static Optional<PlatformLock> tryAcquire(Path file) {
    Path key = file.toAbsolutePath().normalize();
    if (!HELD.add(key)) {
      return Optional.empty();
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        HELD.remove(key);
        return Optional.empty();
      }
      return Optional.of(new PlatformLock(key, channel));
    } catch (IOException e) {
      HELD.remove(key);
      MillraceException failure =
          new MillraceException(
              ErrorCode.DIRECTORY_UNWRITABLE,
              "the lock file " + key + " cannot be locked: " + e,
              "choose a directory on a local disk with --dir",
              e);
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException second) {
          failure.addSuppressed(second);
        }
      }
      throw failure;
    }
  }

  /** Whether a platform runs on the directory of this lock file. */
  static boolean held(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    Optional<PlatformLock> lock = tryAcquire(file);
    lock.ifPresent(PlatformLock::close);
    return lock.isEmpty();
  }

  /** The file stays: a file that is deleted while another process opens it locks nothing. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the lock file " + file + " cannot be closed: " + e,
          "nothing to do: it is released when the process ends",
          e);
    } finally {
      HELD.remove(file);
    }
  }
}
