package io.millrace.delta.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Table checkpoints of version two in the form that none of our writers has. */
public final class VersionTwoCheckpoints {
  private VersionTwoCheckpoints() {}

  /**
   * Turns the newest checkpoint of a table, which names a sidecar and is Parquet, into one that is
   * JSON.
   */
  public static void asJson(Path table, long version) throws IOException {
    Path log = table.resolve("_delta_log");
    Path sidecar;
    try (Stream<Path> sidecars = Files.list(log.resolve("_sidecars"))) {
      sidecar =
          sidecars
              .filter(file -> file.toString().endsWith(".parquet"))
              .max(Comparator.comparing(file -> file.toFile().lastModified()))
              .orElseThrow();
    }
    Files.delete(log.resolve("%020d.checkpoint.parquet".formatted(version)));
    Files.deleteIfExists(log.resolve("_last_checkpoint"));
    List<String> actions = new ArrayList<>();
    actions.add("{\"checkpointMetadata\":{\"version\":%d}}".formatted(version));
    Files.readAllLines(log.resolve("%020d.json".formatted(0))).stream()
        .filter(line -> line.contains("\"protocol\"") || line.contains("\"metaData\""))
        .forEach(actions::add);
    actions.add(
        "{\"sidecar\":{\"path\":\"%s\",\"sizeInBytes\":%d,\"modificationTime\":1}}"
            .formatted(sidecar.getFileName(), Files.size(sidecar)));
    Files.write(
        log.resolve("%020d.checkpoint.%s.json".formatted(version, UUID.randomUUID())), actions);
  }
}
