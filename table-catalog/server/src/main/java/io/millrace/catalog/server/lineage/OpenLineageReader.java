package io.millrace.catalog.server.lineage;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Reads events of OpenLineage: what the specification requires must be there and be of its type.
 * Facets that are not used here may hold whatever they like, and are not kept.
 */
final class OpenLineageReader {
  private static final int DATASETS_MAX = 1_000;
  private static final int NAMESPACE_MAX = 1024;
  private static final int NAME_MAX = 1024;
  private static final int COLUMN_MAX = 1024;
  private static final int STATEMENT_MAX = 256;

  /** Users and passwords are in the names of some. */
  private static final Pattern USER = Pattern.compile("//[^/@]*@");

  private OpenLineageReader() {}

  /**
   * Reads one.
   *
   * @throws MillraceException ARGUMENT_INVALID, naming the field
   */
  static OpenLineageEvent read(JsonNode event) {
    if (!event.isObject()) {
      throw invalid("the event", "an object");
    }
    Instant at = time(event);
    String producer = uri(event, "producer");
    String unused = uri(event, "schemaURL");
    boolean ofDataset = event.has("dataset");
    if (ofDataset == event.has("job")) {
      throw invalid(
          "the event", "an object with job, and with run if it is a run's, or one with dataset");
    }
    if (ofDataset) {
      if (event.has("run")) {
        throw invalid("the event", "one without run, since it has dataset");
      }
      JsonNode dataset = object(event, "dataset", "dataset");
      return new OpenLineageEvent(
          at,
          producer,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(output(dataset, "dataset")));
    }
    JsonNode job = object(event, "job", "job");
    List<DatasetRef.Outside> inputs = new ArrayList<>();
    for (JsonNode input : array(event, "inputs")) {
      inputs.add(dataset(input, "inputs[%d]".formatted(inputs.size())));
    }
    List<OpenLineageEvent.Output> outputs = new ArrayList<>();
    for (JsonNode output : array(event, "outputs")) {
      outputs.add(output(output, "outputs[%d]".formatted(outputs.size())));
    }
    return new OpenLineageEvent(
        at,
        producer,
        Optional.of(job(job)),
        event.has("run") ? Optional.of(run(event)) : Optional.empty(),
        inputs,
        outputs);
  }

  private static OpenLineageEvent.Job job(JsonNode job) {
    JsonNode type = facet(job, "jobType", "job.facets");
    LineageJob.Kind kind =
        switch (type.path("jobType").asText("").toUpperCase(Locale.ROOT)) {
          case "QUERY" -> LineageJob.Kind.STATEMENT;
          case "PIPELINE" -> LineageJob.Kind.PIPELINE;
          default -> LineageJob.Kind.JOB;
        };
    return new OpenLineageEvent.Job(
        withoutUser(text(job, "namespace", "job.namespace", NAMESPACE_MAX)),
        text(job, "name", "job.name", NAME_MAX),
        kind,
        type.path("processingType").asText("").equalsIgnoreCase("STREAMING"));
  }

  private static OpenLineageEvent.Run run(JsonNode event) {
    JsonNode run = object(event, "run", "run");
    String id = text(run, "runId", "run.runId", NAME_MAX);
    UUID runId;
    try {
      runId = UUID.fromString(id);
    } catch (IllegalArgumentException e) {
      throw invalid("run.runId", "a UUID");
    }
    if (!runId.toString().equalsIgnoreCase(id)) {
      throw invalid("run.runId", "a UUID");
    }
    JsonNode type = event.path("eventType");
    LineageRun.State state =
        switch (type.isMissingNode() ? "OTHER" : type.isTextual() ? type.asText() : "") {
          case "START", "RUNNING", "OTHER" -> LineageRun.State.RUNNING;
          case "COMPLETE" -> LineageRun.State.COMPLETE;
          case "ABORT" -> LineageRun.State.ABORTED;
          case "FAIL" -> LineageRun.State.FAILED;
          default -> throw invalid("eventType", "START, RUNNING, COMPLETE, ABORT, FAIL or OTHER");
        };
    String query = facet(run, "externalQuery", "run.facets").path("externalQueryId").asText("");
    JsonNode epoch = facet(run, OpenLineageWriter.EPOCH_FACET, "run.facets").path("epoch");
    return new OpenLineageEvent.Run(
        runId,
        state,
        isName(query, STATEMENT_MAX) ? query : "",
        epoch.isIntegralNumber() ? Optional.of(epoch.asLong()) : Optional.empty());
  }

  private static OpenLineageEvent.Output output(JsonNode output, String at) {
    DatasetRef.Outside dataset = dataset(output, at);
    String version = facet(output, "version", at + ".facets").path("datasetVersion").asText("");
    boolean number =
        !version.isEmpty()
            && version.length() < 19
            && version.chars().allMatch(c -> c >= '0' && c <= '9');
    JsonNode columns = facet(output, "columnLineage", at + ".facets");
    boolean deleted = columns.path("_deleted").asBoolean(false);
    return new OpenLineageEvent.Output(
        dataset,
        number ? Optional.of(Long.parseLong(version)) : Optional.empty(),
        columns.isMissingNode() || deleted
            ? Optional.empty()
            : Optional.of(origins(columns, at + ".facets.columnLineage")));
  }

  private static List<OpenLineageEvent.Origin> origins(JsonNode facet, String at) {
    List<OpenLineageEvent.Origin> origins = new ArrayList<>();
    JsonNode fields = facet.path("fields");
    if (!fields.isObject()) {
      throw invalid(at + ".fields", "an object");
    }
    for (Iterator<Map.Entry<String, JsonNode>> each = fields.fields(); each.hasNext(); ) {
      Map.Entry<String, JsonNode> field = each.next();
      String where = at + ".fields." + clipped(field.getKey());
      if (!isName(field.getKey(), COLUMN_MAX)) {
        throw invalid(where, "a name of 1 to %,d characters".formatted(COLUMN_MAX));
      }
      JsonNode inputs = field.getValue().path("inputFields");
      if (!inputs.isArray()) {
        throw invalid(where + ".inputFields", "an array");
      }
      boolean masked =
          field.getValue().path("transformationType").asText("").equalsIgnoreCase("MASKED");
      for (JsonNode input : inputs) {
        add(origins, field.getKey(), input, masked, where + ".inputFields");
      }
    }
    JsonNode ofDataset = facet.path("dataset");
    if (!ofDataset.isMissingNode() && !ofDataset.isArray()) {
      throw invalid(at + ".dataset", "an array");
    }
    for (JsonNode input : ofDataset) {
      add(origins, "", input, false, at + ".dataset");
    }
    return origins;
  }

  private static void add(
      List<OpenLineageEvent.Origin> origins,
      String column,
      JsonNode input,
      boolean masked,
      String at) {
    DatasetRef.Outside source = dataset(input, at);
    String field = text(input, "field", at + ".field", COLUMN_MAX);
    JsonNode transformations = input.path("transformations");
    if (!transformations.isMissingNode() && !transformations.isArray()) {
      throw invalid(at + ".transformations", "an array");
    }
    if (transformations.isEmpty()) {
      Transformation.Kind kind =
          column.isEmpty() ? Transformation.Kind.INDIRECT : Transformation.Kind.DIRECT;
      origins.add(
          new OpenLineageEvent.Origin(
              column, source, field, new Transformation(kind, "", "", masked)));
    }
    for (JsonNode each : transformations) {
      Transformation.Kind kind =
          switch (each.path("type").asText("")) {
            case "DIRECT" -> Transformation.Kind.DIRECT;
            case "INDIRECT" -> Transformation.Kind.INDIRECT;
            default -> throw invalid(at + ".transformations.type", "DIRECT or INDIRECT");
          };
      origins.add(
          new OpenLineageEvent.Origin(
              column,
              source,
              field,
              new Transformation(
                  kind,
                  each.path("subtype").asText(""),
                  each.path("description").asText(""),
                  masked || each.path("masking").asBoolean(false))));
    }
  }

  private static DatasetRef.Outside dataset(JsonNode dataset, String at) {
    if (!dataset.isObject()) {
      throw invalid(at, "an object");
    }
    return new DatasetRef.Outside(
        withoutUser(text(dataset, "namespace", at + ".namespace", NAMESPACE_MAX)),
        withoutUser(text(dataset, "name", at + ".name", NAME_MAX)));
  }

  private static String withoutUser(String name) {
    return USER.matcher(name).replaceAll("//");
  }

  private static JsonNode facet(JsonNode of, String name, String at) {
    JsonNode facets = of.path("facets");
    if (!facets.isMissingNode() && !facets.isObject()) {
      throw invalid(at, "an object");
    }
    JsonNode facet = facets.path(name);
    if (!facet.isMissingNode() && !facet.isObject()) {
      throw invalid(at + "." + name, "an object");
    }
    return facet;
  }

  private static JsonNode object(JsonNode in, String name, String at) {
    JsonNode found = in.path(name);
    if (!found.isObject()) {
      throw invalid(at, "an object");
    }
    return found;
  }

  private static JsonNode array(JsonNode in, String name) {
    JsonNode found = in.path(name);
    if (!found.isMissingNode() && !found.isArray()) {
      throw invalid(name, "an array");
    }
    if (found.size() > DATASETS_MAX) {
      throw invalid(name, "at most %,d datasets".formatted(DATASETS_MAX));
    }
    return found;
  }

  private static String text(JsonNode in, String name, String at, int charactersMax) {
    JsonNode found = in.path(name);
    if (!found.isTextual() || !isName(found.asText(), charactersMax)) {
      throw invalid(at, "a text of 1 to %,d characters".formatted(charactersMax));
    }
    return found.asText();
  }

  /** What both databases store as it is. */
  private static boolean isName(String text, int charactersMax) {
    return !text.isBlank()
        && text.length() <= charactersMax
        && text.chars().noneMatch(Character::isISOControl)
        && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static String uri(JsonNode event, String name) {
    String text = text(event, name, name, NAMESPACE_MAX);
    try {
      if (new URI(text).isAbsolute()) {
        return text;
      }
    } catch (URISyntaxException e) {
      throw invalid(name, "an absolute URI");
    }
    throw invalid(name, "an absolute URI");
  }

  private static Instant time(JsonNode event) {
    String text = text(event, "eventTime", "eventTime", NAME_MAX);
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw invalid("eventTime", "a time such as 2026-11-29T10:00:00Z");
    }
  }

  private static String clipped(String text) {
    return text.length() <= 64 ? text : text.substring(0, 63) + "…";
  }

  private static MillraceException invalid(String field, String expected) {
    return new MillraceException(
        ErrorCode.ARGUMENT_INVALID,
        "%s of the lineage event is not %s".formatted(field, expected),
        "send events by the specification of OpenLineage 2.0");
  }
}
