package io.millrace.delta.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;

/**
 * Local files that survive a power cut: what a call has returned for is on the disk, name included.
 *
 * <p>A file's bytes and its name are two things to sync: the file itself, and the folder that names
 * it. Files are first written under a staging name, hidden by its leading dot, that no reader of a
 * table takes for one of its files.
 */
public final class DurableFiles {
  private static final String STAGING_SUFFIX = ".tmp";

  private DurableFiles() {}

  /** A name beside {@code target} that nobody else uses and no reader of tables looks at. */
  public static Path stagingPath(Path target) {
    return target.resolveSibling(
        "." + target.getFileName() + "." + UUID.randomUUID() + STAGING_SUFFIX);
  }

  /** True for names that {@link #stagingPath} makes. */
  public static boolean isStaging(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(".") && name.endsWith(STAGING_SUFFIX);
  }

  /** Writes and syncs a new file; the name is not durable before {@link #syncDirectory}. */
  static void writeNew(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /**
   * Writes {@code target} wholly or not at all, unless it exists.
   *
   * <p>link(2) is the one local call that both creates and refuses; rename replaces, and asking
   * first leaves a gap in which two writers win.
   *
   * @throws FileAlreadyExistsException if it exists; whoever made it, it is left as it is
   * @throws IOException otherwise: it may or may not exist now, but it is never torn
   */
  public static void create(Path target, byte[] bytes) throws IOException {
    Path staged = stagingPath(target);
    try {
      writeNew(staged, bytes);
      Files.createLink(target, staged);
      syncDirectory(parentOf(target));
    } finally {
      Files.deleteIfExists(staged);
    }
  }

  /** Writes {@code target} wholly or not at all, in place of an existing file if there is one. */
  public static void replace(Path target, byte[] bytes) throws IOException {
    Path staged = stagingPath(target);
    try {
      writeNew(staged, bytes);
      rename(staged, target);
    } finally {
      Files.deleteIfExists(staged);
    }
  }

  /** Gives a synced file its name, in place of an existing file if there is one. */
  public static void rename(Path staged, Path target) throws IOException {
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(parentOf(target));
  }

  /** Makes the names in a folder durable. */
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes a folder and those above it, as far as they are missing. */
  public static void createDirectories(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path p = directory.toAbsolutePath();
        p != null && !Files.isDirectory(p);
        p = p.getParent()) {
      missing.push(p);
    }
    while (!missing.isEmpty()) {
      Path next = missing.pop();
      try {
        Files.createDirectory(next);
      } catch (FileAlreadyExistsException raced) {
        if (!Files.isDirectory(next)) {
          throw raced;
        }
      }
      syncDirectory(parentOf(next));
    }
  }

  private static Path parentOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no parent folder");
    }
    return parent;
  }
}
