package io.millrace.gateway.platform;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pipelines that a platform resumes when it starts, one file each. */
public final class PipelineRegistry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUFFIX = ".json";

  private final Path directory;

  public PipelineRegistry(Path directory) {
    this.directory = requireNonNull(directory, "directory is null");
  }

  /** Adds the pipeline, or replaces the one of its name. */
  public void register(PipelineRegistration pipeline) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", pipeline.name());
    json.put("project", pipeline.project().toString());
    ObjectNode variables = json.putObject("variables");
    new TreeMap<>(pipeline.variables()).forEach(variables::put);
    json.put("root", pipeline.root().toString());
    json.put("checkpoint_interval_ms", pipeline.checkpointInterval().toMillis());
    Path file = directory.resolve(pipeline.name() + SUFFIX);
    Path staged = directory.resolve("." + pipeline.name() + ".tmp");
    try {
      Files.createDirectories(directory);
      Files.write(staged, json.toPrettyString().getBytes(StandardCharsets.UTF_8));
      Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed("written", file, e);
    }
  }

  /** Forgets the pipeline; its tables and checkpoints stay. Nothing happens if it is not there. */
  public void remove(String name) {
    Path file = directory.resolve(name + SUFFIX);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed("deleted", file, e);
    }
  }

  /**
   * Every registered pipeline, by name.
   *
   * @throws MillraceException STATE_CORRUPT naming the file that is damaged
   */
  public List<PipelineRegistration> list() {
    List<PipelineRegistration> pipelines = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        pipelines.add(read(file));
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failed("listed", directory, e);
    }
    pipelines.sort(Comparator.comparing(PipelineRegistration::name));
    return pipelines;
  }

  private static PipelineRegistration read(Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      Map<String, String> variables = new HashMap<>();
      json.path("variables")
          .fields()
          .forEachRemaining(e -> variables.put(e.getKey(), e.getValue().asText()));
      return new PipelineRegistration(
          json.path("name").asText(),
          Path.of(text(json, "project")),
          variables,
          Path.of(text(json, "root")),
          Duration.ofMillis(json.path("checkpoint_interval_ms").asLong()));
    } catch (IOException | IllegalArgumentException e) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "the registration " + file + " is damaged: " + e.getMessage(),
          "delete the file, and start the pipeline again with millrace pipeline run",
          e);
    }
  }

  private static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isTextual() || value.asText().isBlank()) {
      throw new IllegalArgumentException("field " + field + " is missing");
    }
    return value.asText();
  }

  private static MillraceException failed(String what, Path file, IOException cause) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        file + " cannot be " + what + ": " + cause,
        "see that the disk has room and that the directory is writable",
        cause);
  }
}
