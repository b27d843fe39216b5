package io.millrace.gateway.status;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The status files of one directory, {@code NAME.json} each.
 *
 * <p>One process writes a file, any number read it: a file is replaced by renaming, so a reader
 * never sees half of one.
 */
public final class StatusDirectory {
  private static final String SUFFIX = ".json";

  private final Path directory;

  public StatusDirectory(Path directory) {
    this.directory = requireNonNull(directory, "directory is null");
  }

  /**
   * Replaces the pipeline's status.
   *
   * @throws MillraceException IO_FAILED if it cannot be written
   */
  public void write(PipelineStatus status) {
    Path file = directory.resolve(status.name() + SUFFIX);
    Path staged = directory.resolve("." + status.name() + SUFFIX + ".tmp");
    try {
      Files.createDirectories(directory);
      Files.write(
          staged, PipelineStatusJson.toJson(status).toString().getBytes(StandardCharsets.UTF_8));
      Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the status file " + file + " cannot be written: " + e,
          "see that the disk has room and that the directory is writable",
          e);
    }
  }

  /** The pipeline's last words, if it ever said anything that can be read. */
  public Optional<PipelineStatus> find(String pipeline) {
    return list().stream()
        .filter(reading -> reading.name().equals(pipeline))
        .flatMap(reading -> Optional.ofNullable(reading.status()).stream())
        .findFirst();
  }

  /** Every pipeline that ever wrote here, by name. */
  public List<StatusReading> list() {
    TreeMap<String, StatusReading> readings = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        String fileName = file.getFileName().toString();
        if (fileName.startsWith(".")) {
          continue;
        }
        String name = fileName.substring(0, fileName.length() - SUFFIX.length());
        try {
          PipelineStatus status = PipelineStatusJson.fromJson(Files.readAllBytes(file));
          readings.put(name, StatusReading.of(status, alive(status)));
        } catch (NoSuchFileException e) {
          continue; // removed since the listing
        } catch (IOException e) {
          readings.put(name, StatusReading.unreadable(name, String.valueOf(e.getMessage())));
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the directory " + directory + " cannot be listed: " + e,
          "see that it is a directory that you may read",
          e);
    }
    return new ArrayList<>(readings.values());
  }

  /** A process that started after the pipeline did has only inherited its number. */
  private static boolean alive(PipelineStatus status) {
    Instant latestStart = status.startedAt().plus(Duration.ofSeconds(2));
    return ProcessHandle.of(status.pid())
        .filter(ProcessHandle::isAlive)
        .filter(p -> p.info().startInstant().map(start -> start.isBefore(latestStart)).orElse(true))
        .isPresent();
  }
}
