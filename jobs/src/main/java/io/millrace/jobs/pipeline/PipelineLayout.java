package io.millrace.jobs.pipeline;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a pipeline keeps what: tables at {@code ROOT/<table>}, everything else under {@code
 * ROOT/_millrace}, so that a root can be moved as a whole.
 *
 * @param root absolute folder of the tables
 */
public record PipelineLayout(String root) implements Serializable {
  public PipelineLayout {
    requireNonNull(root, "root is null");
  }

  public static PipelineLayout of(Path root) {
    return new PipelineLayout(root.toAbsolutePath().normalize().toString());
  }

  public Path table(String name) {
    return Path.of(root, name);
  }

  /** Retained Flink checkpoints and savepoints. */
  public Path checkpoints() {
    return state().resolve("checkpoints");
  }

  public Path savepoints() {
    return state().resolve("savepoints");
  }

  /** One file per checkpoint: {@link EpochRegistry}. */
  public Path epochs() {
    return state().resolve("epochs");
  }

  /** Which topics a bounded run has read: {@link Drains}. */
  Path drains() {
    return state().resolve("drains");
  }

  /** What a run that has its process to itself logs. */
  public Path log() {
    return state().resolve("logs/millrace.log");
  }

  public Path lock() {
    return state().resolve("run.lock");
  }

  public Path state() {
    return Path.of(root, "_millrace");
  }

  /**
   * Makes the folders.
   *
   * @throws MillraceException DIRECTORY_UNWRITABLE
   */
  public void create() {
    try {
      Files.createDirectories(checkpoints());
      Files.createDirectories(savepoints());
      Files.createDirectories(epochs());
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "cannot create %s: %s".formatted(state(), e),
          "choose another folder with --root, or make this one writable",
          e);
    }
    if (!Files.isWritable(state())) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          state() + " is not writable",
          "choose another folder with --root, or make this one writable");
    }
  }
}
