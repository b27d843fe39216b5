package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/** Files that only their owner may read: keys and tokens. */
public final class SecretFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private SecretFile() {}

  /** Makes a directory that only its owner may enter; one that is there is left as it is. */
  public static void createDirectory(Path directory) {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "the catalog's directory %s cannot be made: %s".formatted(directory, e.getMessage()),
          "name another directory, or let this user write there",
          e);
    }
  }

  /**
   * What a file says, without white space around it; it is written first if it is not there.
   *
   * @throws MillraceException CONFIG_INVALID if others may read it; IO_FAILED
   */
  public static String readOrCreate(Path file, Supplier<String> secret) {
    try {
      if (!Files.exists(file)) {
        create(file, secret.get() + "\n");
      }
      return read(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Writes a file, durably; one that is there is replaced as a whole. */
  public static void write(Path file, String secret) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      create(fresh, secret + "\n");
      Files.move(
          fresh,
          file,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Makes an empty file that only its owner may read; one that is there is left as it is. */
  static void createEmpty(Path file) throws IOException {
    if (!Files.exists(file)) {
      create(file, "");
    }
  }

  private static void create(Path file, String text) throws IOException {
    try (FileChannel channel =
        (FileChannel)
            Files.newByteChannel(
                file,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (FileAlreadyExistsException e) {
      // Another start was faster; what it wrote counts.
      return;
    }
    try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
      directory.force(true);
    }
  }

  private static String read(Path file) throws IOException {
    Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(allowed)) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "%s holds a secret and has mode %s"
              .formatted(file, PosixFilePermissions.toString(allowed)),
          "chmod 600 " + file + ", and change the secret if others may have read it");
    }
    return Files.readString(file).strip();
  }

  private static MillraceException failed(Path file, IOException e) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "%s cannot be read or written: %s".formatted(file, e.getMessage()),
        "look at the file and its directory",
        e);
  }
}
