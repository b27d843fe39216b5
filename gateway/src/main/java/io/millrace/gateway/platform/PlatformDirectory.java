package io.millrace.gateway.platform;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a platform keeps, under one root.
 *
 * @param root absolute; {@code ~/.millrace} unless told otherwise
 */
public record PlatformDirectory(Path root) {
  /** Kafka's and Flink's first files, and something to work with. */
  private static final long FREE_BYTES_MIN = 64L << 20;

  public PlatformDirectory {
    root = requireNonNull(root, "root is null").toAbsolutePath().normalize();
  }

  /** {@code ~/.millrace}. */
  public static PlatformDirectory ofUser() {
    return new PlatformDirectory(Path.of(System.getProperty("user.home"), ".millrace"));
  }

  /** What a person types to mean this directory: {@code --dir ROOT}, or nothing. */
  public String asOption() {
    if (equals(ofUser())) {
      return "";
    }
    String path = root.toString();
    return path.matches("[A-Za-z0-9_/.,:+@%-]+")
        ? " --dir " + path
        : " --dir '" + path.replace("'", "'\\''") + "'";
  }

  /** The broker's topics. */
  public Path kafka() {
    return root.resolve("kafka");
  }

  /** The Delta tables. */
  public Path tables() {
    return root.resolve("tables");
  }

  /** The catalog's database and the key that it is encrypted by. */
  public Path catalog() {
    return root.resolve("catalog");
  }

  /** The token of the catalog's admin, which only the owner of the platform may read. */
  public Path adminToken() {
    return root.resolve("admin.token");
  }

  /** Flink's checkpoints and savepoints, one folder per pipeline. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** The registered pipelines, {@code NAME.json} each. */
  public Path pipelines() {
    return root.resolve("pipelines");
  }

  /** What running pipelines say about themselves, {@code NAME.json} each. */
  public Path status() {
    return root.resolve("status");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  /** What may be lost: emptied at each start. */
  public Path scratch() {
    return root.resolve("tmp");
  }

  /** Held by the one process that runs the platform. */
  public Path lockFile() {
    return root.resolve("platform.lock");
  }

  /** The running platform's process, ports and start. */
  public Path stateFile() {
    return root.resolve("platform.json");
  }

  public Path logFile() {
    return logs().resolve("millrace.log");
  }

  /**
   * Makes the root and the folders that a platform writes to, and writes a probe.
   *
   * @throws MillraceException DIRECTORY_UNWRITABLE naming the path; DISK_FULL
   */
  public void prepare() {
    Path at = root;
    try {
      for (Path folder :
          new Path[] {root, kafka(), tables(), checkpoints(), pipelines(), status(), logs()}) {
        at = folder;
        Files.createDirectories(folder);
      }
      at = root.resolve(".probe-" + ProcessHandle.current().pid());
      Files.write(at, new byte[4096]);
      Files.delete(at);
      long free = Files.getFileStore(root).getUsableSpace();
      if (free < FREE_BYTES_MIN) {
        throw diskFull(free >> 20, null);
      }
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No space left")) {
        throw diskFull(0, e);
      }
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "cannot write " + at + ": " + e.getClass().getSimpleName() + ": " + e.getMessage(),
          "make " + root + " a directory that you may write to, or choose another one with --dir",
          e);
    }
  }

  private MillraceException diskFull(long freeMebibytes, @Nullable IOException cause) {
    return new MillraceException(
        ErrorCode.DISK_FULL,
        "the disk of %s has %d MB left, a start needs %d MB"
            .formatted(root, freeMebibytes, FREE_BYTES_MIN >> 20),
        "free some, or choose a directory on another disk with --dir",
        cause);
  }
}
