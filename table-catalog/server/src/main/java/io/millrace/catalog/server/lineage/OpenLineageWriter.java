package io.millrace.catalog.server.lineage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Writes runs and jobs as events of OpenLineage 2.0.2. */
final class OpenLineageWriter {
  /** Our own facet of a run: the epoch of the pipeline. */
  static final String EPOCH_FACET = "millrace_epoch";

  static final String PRODUCER = "urn:millrace:catalog";
  private static final String SPECIFICATION = "https://openlineage.io/spec/";
  private static final String EVENTS = SPECIFICATION + "2-0-2/OpenLineage.json#/$defs/";

  private final LineageGraph graph;
  private final CatalogState catalog;
  private final DatasetNames names;

  OpenLineageWriter(LineageGraph graph, CatalogState catalog) {
    this.graph = graph;
    this.catalog = catalog;
    this.names = new DatasetNames(catalog);
  }

  /** A run from its start to where it is: an event for each end of that time. */
  List<ObjectNode> events(LineageJob job, LineageRun run, Collection<LineageEdge> edges) {
    List<ObjectNode> events = new ArrayList<>();
    events.add(event(job, run, edges, "START", run.started(), true));
    String type =
        switch (run.state()) {
          case RUNNING -> "RUNNING";
          case COMPLETE -> "COMPLETE";
          case ABORTED -> "ABORT";
          case FAILED -> "FAIL";
        };
    events.add(event(job, run, edges, type, run.ended().orElse(run.updated()), false));
    return events;
  }

  /** A job that is only described. */
  ObjectNode event(LineageJob job, Collection<LineageEdge> edges, Instant at) {
    ObjectNode event = base("JobEvent", at);
    event.set("job", job(job));
    datasets(event, edges, Optional.empty(), true);
    return event;
  }

  private ObjectNode event(
      LineageJob job,
      LineageRun run,
      Collection<LineageEdge> edges,
      String type,
      Instant at,
      boolean withColumns) {
    ObjectNode event = base("RunEvent", at);
    event.put("eventType", type);
    ObjectNode runNode = event.putObject("run");
    runNode.put("runId", run.externalId().toString());
    ObjectNode facets = runNode.putObject("facets");
    if (!run.statement().isEmpty()) {
      facets.set(
          "externalQuery",
          facet("1-0-2/ExternalQueryRunFacet.json")
              .put("externalQueryId", run.statement())
              .put("source", names.namespace()));
    }
    run.epoch()
        .ifPresent(
            epoch ->
                facets
                    .putObject(EPOCH_FACET)
                    .put("_producer", PRODUCER)
                    .put("_schemaURL", "urn:millrace:facet:epoch:1")
                    .put("epoch", epoch));
    event.set("job", job(job));
    datasets(event, edges, Optional.of(run), withColumns);
    return event;
  }

  private static ObjectNode base(String definition, Instant at) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("eventTime", at.toString())
        .put("producer", PRODUCER)
        .put("schemaURL", EVENTS + definition);
  }

  private static ObjectNode job(LineageJob job) {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("namespace", job.namespace())
            .put("name", job.name());
    node.putObject("facets")
        .set(
            "jobType",
            facet("2-0-4/JobTypeJobFacet.json")
                .put("processingType", job.streaming() ? "STREAMING" : "BATCH")
                .put("integration", "MILLRACE")
                .put(
                    "jobType",
                    job.kind() == LineageJob.Kind.STATEMENT ? "QUERY" : job.kind().name()));
    return node;
  }

  private static ObjectNode facet(String schema) {
    String name = schema.substring(schema.indexOf('/') + 1, schema.length() - ".json".length());
    return JsonNodeFactory.instance
        .objectNode()
        .put("_producer", PRODUCER)
        .put("_schemaURL", SPECIFICATION + "facets/" + schema + "#/$defs/" + name);
  }

  private void datasets(
      ObjectNode event,
      Collection<LineageEdge> edges,
      Optional<LineageRun> run,
      boolean withColumns) {
    Set<UUID> sources = new LinkedHashSet<>();
    Map<UUID, List<LineageEdge>> targets = new LinkedHashMap<>();
    for (LineageEdge edge : edges) {
      sources.add(edge.key().source());
      edge.key()
          .target()
          .ifPresent(target -> targets.computeIfAbsent(target, id -> new ArrayList<>()).add(edge));
    }
    ArrayNode inputs = event.putArray("inputs");
    for (UUID source : sources) {
      dataset(inputs.addObject(), source);
    }
    ArrayNode outputs = event.putArray("outputs");
    targets.forEach(
        (target, into) -> {
          ObjectNode facets = dataset(outputs.addObject(), target);
          run.flatMap(each -> graph.output(each.id(), target))
              .ifPresent(
                  output ->
                      facets.set(
                          "version",
                          facet("1-0-1/DatasetVersionDatasetFacet.json")
                              .put("datasetVersion", Long.toString(output.lastVersion()))));
          if (withColumns && into.stream().anyMatch(edge -> edge.key().isOfColumns())) {
            facets.set("columnLineage", columns(into));
          }
        });
  }

  /** Name and facets of a dataset; returns the facets. */
  private ObjectNode dataset(ObjectNode node, UUID dataset) {
    name(node, dataset);
    ObjectNode facets = node.putObject("facets");
    Optional<Securable> securable = catalog.find(dataset);
    if (securable.isPresent() && securable.get().definition() instanceof Definition.Table table) {
      ArrayNode fields =
          ((ObjectNode) facets.set("schema", facet("1-2-0/SchemaDatasetFacet.json")))
              .withObject("/schema")
              .putArray("fields");
      for (Definition.Column column : table.columns()) {
        ObjectNode field = fields.addObject();
        field.put("name", column.name()).put("type", column.typeText());
        column.comment().ifPresent(comment -> field.put("description", comment));
      }
    }
    return facets;
  }

  private void name(ObjectNode node, UUID dataset) {
    LineageDataset known = graph.dataset(dataset).orElseThrow();
    if (known.ref() instanceof DatasetRef.Outside outside) {
      node.put("namespace", outside.namespace()).put("name", outside.name());
      return;
    }
    node.put("namespace", names.namespace())
        .put("name", catalog.find(dataset).map(catalog::fullName).orElse(known.lastName()));
  }

  private ObjectNode columns(List<LineageEdge> into) {
    ObjectNode facet = facet("1-2-0/ColumnLineageDatasetFacet.json");
    ObjectNode fields = facet.putObject("fields");
    ArrayNode ofDataset = JsonNodeFactory.instance.arrayNode();
    for (LineageEdge edge : into) {
      LineageEdge.Key key = edge.key();
      if (key.sourceColumn().isEmpty()) {
        continue;
      }
      ArrayNode inputs;
      if (key.targetColumn().isEmpty()) {
        inputs = ofDataset;
      } else if (fields.has(key.targetColumn())) {
        inputs = (ArrayNode) fields.get(key.targetColumn()).get("inputFields");
      } else {
        inputs = fields.putObject(key.targetColumn()).putArray("inputFields");
      }
      ObjectNode input = inputs.addObject();
      name(input, key.source());
      input.put("field", key.sourceColumn());
      ObjectNode transformation = input.putArray("transformations").addObject();
      transformation.put("type", key.kind().name());
      if (!key.subtype().isEmpty()) {
        transformation.put("subtype", key.subtype());
      }
      transformation.put("description", edge.description()).put("masking", edge.masking());
    }
    if (!ofDataset.isEmpty()) {
      facet.set("dataset", ofDataset);
    }
    return facet;
  }
}
