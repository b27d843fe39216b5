package io.millrace.jobs.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pipeline's epochs as files: {@code epochs/<checkpoint>.json}, and {@code latest.json} for the
 * last one whose tables are all committed.
 *
 * <p>The file of checkpoint N is durable before checkpoint N can complete, so whoever finds a
 * complete checkpoint finds the Kafka offsets that belong to it, whatever was killed in between. A
 * reader that follows {@code latest.json} sees each table at the version of one and the same
 * checkpoint.
 */
public final class EpochRegistry {
  private static final int KEPT = 50;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PipelineLayout layout;

  public EpochRegistry(PipelineLayout layout) {
    this.layout = layout;
  }

  /** Writes or replaces the record of its checkpoint; durable when this returns. */
  public void put(EpochRecord epoch) throws IOException {
    write(file(epoch.checkpointId()), epoch);
  }

  /** As {@link #put}, and makes it the latest. */
  public void putCommitted(EpochRecord epoch) throws IOException {
    write(latestFile(), epoch);
    write(file(epoch.checkpointId()), epoch);
    expire(epoch.checkpointId());
  }

  /** The last epoch with all tables committed. */
  public Optional<EpochRecord> latest() {
    return read(latestFile());
  }

  public Optional<EpochRecord> find(long checkpointId) {
    return read(file(checkpointId));
  }

  /** Ids of all recorded checkpoints, highest first. */
  List<Long> checkpointIds() {
    List<Long> ids = new ArrayList<>();
    try (Stream<Path> files = Files.list(layout.epochs())) {
      files.forEach(
          file -> {
            String name = file.getFileName().toString();
            if (name.matches("\\d{1,18}\\.json")) {
              ids.add(Long.parseLong(name.substring(0, name.length() - ".json".length())));
            }
          });
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ids.sort(Comparator.reverseOrder());
    return ids;
  }

  private Path file(long checkpointId) {
    return layout.epochs().resolve(checkpointId + ".json");
  }

  private Path latestFile() {
    return layout.state().resolve("latest.json");
  }

  private static Optional<EpochRecord> read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED, "cannot read %s: %s".formatted(file, e), "check the disk", e);
    }
    try {
      return Optional.of(JSON.readValue(bytes, EpochRecord.class));
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "%s (%d bytes) is not an epoch record: %s".formatted(file, bytes.length, firstLine(e)),
          "restore the folder from a backup, or delete the pipeline's root to start again from the"
              + " topic",
          e);
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static void write(Path file, EpochRecord epoch) throws IOException {
    Path staged = file.resolveSibling("." + file.getFileName() + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            staged,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(JSON.writeValueAsBytes(epoch));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void expire(long newest) throws IOException {
    // Checkpoint ids are dense, so this is one look-up in the usual case.
    Files.deleteIfExists(file(newest - KEPT));
  }
}
