package io.millrace.jobs.pipeline;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * The Flink checkpoint or savepoint that a pipeline goes on from, with the epoch that belongs to
 * it.
 *
 * @param path folder that Flink restores from
 * @param epoch what the registry knows of it: offsets, plan
 */
record RestorePoint(Path path, EpochRecord epoch) {
  RestorePoint {
    requireNonNull(path, "path is null");
    requireNonNull(epoch, "epoch is null");
  }

  /**
   * The newest complete checkpoint or savepoint of the pipeline; empty if it never had one.
   *
   * <p>A kill can leave a checkpoint folder without {@code _metadata}: that checkpoint never
   * completed, so nothing of it was committed, and the one before counts.
   *
   * @throws MillraceException STATE_CORRUPT if the newest one cannot be read: an older one would be
   *     behind the tables
   */
  static Optional<RestorePoint> find(PipelineLayout layout, EpochRegistry registry) {
    Map<Long, Path> savepoints = savepoints(layout);
    for (long id : registry.checkpointIds()) {
      EpochRecord epoch = registry.find(id).orElseThrow();
      Path checkpoint = layout.checkpoints().resolve(epoch.jobId()).resolve("chk-" + id);
      Path path = savepoints.getOrDefault(id, checkpoint);
      if (Files.exists(path.resolve("_metadata"))) {
        verify(path.resolve("_metadata"), id);
        return Optional.of(new RestorePoint(path, epoch));
      }
    }
    return Optional.empty();
  }

  /** Deletes the checkpoints and savepoints of earlier runs that nobody will go on from. */
  static void deleteOthers(PipelineLayout layout, Optional<RestorePoint> kept) {
    Set<Path> keep = new HashSet<>();
    kept.ifPresent(
        point -> {
          keep.add(point.path());
          keep.add(layout.checkpoints().resolve(point.epoch().jobId()));
        });
    for (Path folder : List.of(layout.checkpoints(), layout.savepoints())) {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path entry : (Iterable<Path>) entries::iterator) {
          if (!keep.contains(entry)) {
            FileUtils.deleteFileOrDirectory(entry.toFile());
          }
        }
      } catch (IOException e) {
        throw new MillraceException(
            ErrorCode.IO_FAILED,
            "cannot delete old checkpoints in %s: %s".formatted(folder, e),
            "make the folder writable",
            e);
      }
    }
  }

  /**
   * Savepoints by the checkpoint id that they took. They say it themselves: whoever stops a run may
   * be killed right after Flink has completed the savepoint and the tables have its rows.
   */
  private static Map<Long, Path> savepoints(PipelineLayout layout) {
    Map<Long, Path> found = new HashMap<>();
    try (Stream<Path> folders = Files.list(layout.savepoints())) {
      for (Path folder : (Iterable<Path>) folders::iterator) {
        Path metadata = folder.resolve("_metadata");
        if (Files.exists(metadata)) {
          found.put(checkpointId(metadata), folder);
        }
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "cannot list %s: %s".formatted(layout.savepoints(), e),
          "make the folder readable",
          e);
    }
    return found;
  }

  private static long checkpointId(Path metadata) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(metadata)))) {
      return Checkpoints.loadCheckpointMetadata(
              in, RestorePoint.class.getClassLoader(), metadata.toString())
          .getCheckpointId();
    } catch (IOException | RuntimeException e) {
      throw damaged(metadata, String.valueOf(e.getMessage()), e);
    }
  }

  private static void verify(Path metadata, long id) {
    long found = checkpointId(metadata);
    if (found != id) {
      throw damaged(metadata, "it holds checkpoint " + found + ", expected " + id, null);
    }
  }

  private static MillraceException damaged(Path metadata, String how, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.STATE_CORRUPT,
        "%s cannot be read: %s".formatted(metadata, how),
        "restore the pipeline's root from a backup, or start again in an empty one with --root;"
            + " the tables hold everything up to this checkpoint",
        cause);
  }
}
