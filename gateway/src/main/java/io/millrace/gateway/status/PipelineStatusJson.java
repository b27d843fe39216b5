package io.millrace.gateway.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.ExpectationStatus;
import io.millrace.gateway.status.PipelineStatus.Failure;
import io.millrace.gateway.status.PipelineStatus.Freshness;
import io.millrace.gateway.status.PipelineStatus.State;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link PipelineStatus} as JSON, in files and in {@code status --json}. */
public final class PipelineStatusJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PipelineStatusJson() {}

  /** One field per component, in its order; units are part of the names. */
  public static ObjectNode toJson(PipelineStatus status) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", status.name());
    json.put("state", status.state().name());
    json.put("pid", status.pid());
    json.put("started_at", status.startedAt().toString());
    json.put("updated_at", status.updatedAt().toString());
    json.put("checkpoint_id", status.checkpointId());
    json.put("checkpoint_interval_ms", status.checkpointInterval().toMillis());
    json.put("lag_records", status.lagRecords());
    json.set("balance", balance(status.balance()));
    ArrayNode tables = json.putArray("tables");
    for (TableStatus table : status.tables()) {
      ObjectNode node = tables.addObject();
      node.put("name", table.name());
      node.put("layer", table.layer());
      node.put("version", table.version());
      node.put("rows", table.rows());
      node.put("rows_per_second", table.rowsPerSecond());
      node.set("freshness_ms", freshness(table.freshness()));
      node.put("files", table.files());
      node.put("bytes", table.bytes());
      node.set("balance", balance(table.balance()));
    }
    ArrayNode expectations = json.putArray("expectations");
    for (ExpectationStatus expectation : status.expectations()) {
      expectations
          .addObject()
          .put("table", expectation.table())
          .put("rule", expectation.rule())
          .put("action", expectation.action())
          .put("passed", expectation.passed())
          .put("failed", expectation.failed());
    }
    Failure failure = status.failure();
    if (failure == null) {
      json.putNull("failure");
    } else {
      json.putObject("failure").put("code", failure.code()).put("message", failure.message());
    }
    return json;
  }

  /**
   * The inverse of {@link #toJson}.
   *
   * @throws IOException naming the field, if the text is not such a status
   */
  public static PipelineStatus fromJson(byte[] text) throws IOException {
    JsonNode json = JSON.readTree(text);
    try {
      List<TableStatus> tables = new ArrayList<>();
      for (JsonNode table : field(json, "tables")) {
        tables.add(
            new TableStatus(
                field(table, "name").asText(),
                field(table, "layer").asText(),
                field(table, "version").asLong(),
                field(table, "rows").asLong(),
                field(table, "rows_per_second").asDouble(),
                freshness(table.get("freshness_ms")),
                field(table, "files").asLong(),
                field(table, "bytes").asLong(),
                balance(table.get("balance"))));
      }
      List<ExpectationStatus> expectations = new ArrayList<>();
      for (JsonNode expectation : field(json, "expectations")) {
        expectations.add(
            new ExpectationStatus(
                field(expectation, "table").asText(),
                field(expectation, "rule").asText(),
                field(expectation, "action").asText(),
                field(expectation, "passed").asLong(),
                field(expectation, "failed").asLong()));
      }
      JsonNode failure = json.get("failure");
      return new PipelineStatus(
          field(json, "name").asText(),
          State.valueOf(field(json, "state").asText()),
          field(json, "pid").asLong(),
          Instant.parse(field(json, "started_at").asText()),
          Instant.parse(field(json, "updated_at").asText()),
          field(json, "checkpoint_id").asLong(),
          Duration.ofMillis(field(json, "checkpoint_interval_ms").asLong()),
          field(json, "lag_records").asLong(),
          balance(json.get("balance")),
          tables,
          expectations,
          absent(failure)
              ? null
              : new Failure(field(failure, "code").asText(), field(failure, "message").asText()));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static JsonNode balance(@Nullable Balance balance) {
    if (balance == null) {
      return JSON.nullNode();
    }
    return JSON.createObjectNode()
        .put("in", balance.in())
        .put("out", balance.out())
        .put("dropped", balance.dropped())
        .put("quarantined", balance.quarantined())
        .put("deduplicated", balance.deduplicated())
        .put("balanced", balance.balanced());
  }

  private static @Nullable Balance balance(@Nullable JsonNode json) throws IOException {
    if (json == null || absent(json)) {
      return null;
    }
    return new Balance(
        field(json, "in").asLong(),
        field(json, "out").asLong(),
        field(json, "dropped").asLong(),
        field(json, "quarantined").asLong(),
        field(json, "deduplicated").asLong());
  }

  private static JsonNode freshness(@Nullable Freshness freshness) {
    if (freshness == null) {
      return JSON.nullNode();
    }
    return JSON.createObjectNode()
        .put("p50", freshness.p50Millis())
        .put("p99", freshness.p99Millis())
        .put("last", freshness.lastMillis());
  }

  private static @Nullable Freshness freshness(@Nullable JsonNode json) throws IOException {
    if (json == null || absent(json)) {
      return null;
    }
    return new Freshness(
        field(json, "p50").asLong(), field(json, "p99").asLong(), field(json, "last").asLong());
  }

  private static boolean absent(@Nullable JsonNode json) {
    return json == null || json.isNull() || json.isMissingNode();
  }

  private static JsonNode field(@Nullable JsonNode json, String name) throws IOException {
    JsonNode field = json == null ? null : json.get(name);
    if (field == null || field.isNull()) {
      throw new IOException("field " + name + " is missing");
    }
    return field;
  }
}
