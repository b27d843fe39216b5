package io.millrace.gateway.platform;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code platform.json} says: which process runs the platform, and where its parts listen.
 *
 * <p>The file is there while a platform runs, and stays behind when it is killed; whether one runs
 * is the lock's to say.
 *
 * @param processStart tells this process from a later one of the same number
 * @param ready false until every part answers
 */
public record PlatformState(
    long pid, Instant processStart, Instant startedAt, boolean ready, Ports ports) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public PlatformState {
    requireNonNull(processStart, "processStart is null");
    requireNonNull(startedAt, "startedAt is null");
    requireNonNull(ports, "ports is null");
  }

  static PlatformState ofThisProcess(Instant startedAt, Ports ports) {
    ProcessHandle self = ProcessHandle.current();
    return new PlatformState(
        self.pid(), self.info().startInstant().orElse(Instant.EPOCH), startedAt, false, ports);
  }

  PlatformState asReady() {
    return new PlatformState(pid, processStart, startedAt, true, ports);
  }

  /** What Kafka clients connect to. */
  public String bootstrapServers() {
    return "127.0.0.1:" + ports.kafka();
  }

  /** The catalog's HTTP API. */
  public String catalogUrl() {
    return "http://127.0.0.1:" + ports.http();
  }

  /** Flink's web pages. */
  public String flinkUrl() {
    return "http://127.0.0.1:" + ports.flink();
  }

  /** The process, if it is still the one that wrote this. */
  public Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(p -> p.info().startInstant().map(processStart::equals).orElse(true));
  }

  public ObjectNode toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("pid", pid);
    json.put("process_start", processStart.toString());
    json.put("started_at", startedAt.toString());
    json.put("ready", ready);
    json.putObject("ports")
        .put("http", ports.http())
        .put("sql_gateway", ports.sqlGateway())
        .put("flink", ports.flink())
        .put("kafka", ports.kafka());
    json.put("bootstrap_servers", bootstrapServers());
    json.put("flink_url", flinkUrl());
    json.put("catalog_url", catalogUrl());
    return json;
  }

  void write(Path file) {
    Path staged = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.write(staged, toJson().toPrettyString().getBytes(StandardCharsets.UTF_8));
      Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the state file " + file + " cannot be written: " + e,
          "see that the disk has room and that the directory is writable",
          e);
    }
  }

  /**
   * Empty if there is no such file.
   *
   * @throws MillraceException STATE_CORRUPT if it is not what {@link #write} writes
   */
  public static Optional<PlatformState> read(Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      JsonNode ports = json.path("ports");
      if (!json.path("pid").isIntegralNumber() || !ports.path("kafka").isIntegralNumber()) {
        throw corrupt(file, "it names no process and no ports", null);
      }
      return Optional.of(
          new PlatformState(
              json.path("pid").asLong(),
              Instant.parse(json.path("process_start").asText()),
              Instant.parse(json.path("started_at").asText()),
              json.path("ready").asBoolean(),
              new Ports(
                  ports.path("http").asInt(),
                  ports.path("sql_gateway").asInt(),
                  ports.path("flink").asInt(),
                  ports.path("kafka").asInt())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw corrupt(file, "it is not JSON: " + e.getOriginalMessage(), e);
    } catch (DateTimeException e) {
      throw corrupt(file, e.getMessage(), e);
    } catch (IOException e) {
      throw corrupt(file, "it cannot be read: " + e, e);
    }
  }

  private static MillraceException corrupt(Path file, String why, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.STATE_CORRUPT,
        "the platform's state file " + file + " is damaged: " + why,
        "if no platform runs on this directory, delete the file: tables, topics and checkpoints"
            + " do not depend on it",
        cause);
  }
}
