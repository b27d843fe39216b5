package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The answers of Databricks' {@code /api/2.0/lineage-tracking}: what is one step away from a table
 * or column. What the viewer may not see is {@code {"has_permission": false}}.
 */
public final class LineageTracking {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.S").withZone(ZoneOffset.UTC);

  private final LineageService lineage;

  public LineageTracking(LineageService lineage) {
    this.lineage = requireNonNull(lineage, "lineage is null");
  }

  /**
   * {@code table-lineage}.
   *
   * @param withEntities whether jobs, pipelines and queries are named, too
   */
  public ObjectNode ofTable(Caller viewer, String table, boolean withEntities) {
    LineageGraph graph = lineage.store().graph();
    NodeKey start = lineage.start(viewer, graph, table, "");
    LineageViewer sees = lineage.viewer(graph, viewer);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    for (LineageWalk.Direction direction : LineageWalk.Direction.values()) {
      boolean up = direction == LineageWalk.Direction.UPSTREAM;
      Map<Optional<UUID>, List<LineageEdge>> beside = new LinkedHashMap<>();
      for (LineageEdge edge : up ? graph.into(start.dataset()) : graph.from(start.dataset())) {
        if (edge.ended().isEmpty() && !edge.key().isOfColumns()) {
          Optional<UUID> other = up ? Optional.of(edge.key().source()) : edge.key().target();
          beside.computeIfAbsent(other, id -> new ArrayList<>()).add(edge);
        }
      }
      ArrayNode list = answer.putArray(up ? "upstreams" : "downstreams");
      beside.entrySet().stream()
          .sorted(Comparator.comparing(each -> each.getKey().map(id -> order(sees, id)).orElse("")))
          .forEach(each -> entry(list, graph, sees, each.getKey(), each.getValue(), withEntities));
    }
    return answer;
  }

  private static String order(LineageViewer sees, UUID dataset) {
    LineageNode node = sees.node(dataset, "");
    return node.name() + " " + node.id();
  }

  private void entry(
      ArrayNode list,
      LineageGraph graph,
      LineageViewer sees,
      Optional<UUID> dataset,
      List<LineageEdge> edges,
      boolean withEntities) {
    ObjectNode entry = JsonNodeFactory.instance.objectNode();
    dataset.ifPresent(id -> dataset(entry, sees, id, lastSeen(graph, edges)));
    if (withEntities) {
      entities(entry, graph, sees, edges);
    }
    if (!entry.isEmpty()) {
      list.add(entry);
    }
  }

  private static Instant lastSeen(LineageGraph graph, List<LineageEdge> edges) {
    return edges.stream().map(graph::lastSeen).max(Comparator.naturalOrder()).orElseThrow();
  }

  private void dataset(ObjectNode entry, LineageViewer sees, UUID dataset, Instant at) {
    LineageNode node = sees.node(dataset, "");
    switch (node.type()) {
      case RESTRICTED -> entry.putObject("tableInfo").put("has_permission", false);
      case EXTERNAL -> {
        DatasetRef.Outside outside =
            new DatasetRef.Outside(node.namespace().orElseThrow(), node.name());
        Optional<String> path = DatasetNames.location(outside);
        if (path.isPresent()) {
          entry.putObject("fileInfo").put("path", path.get()).put("has_permission", true);
        } else {
          entry
              .putObject("externalMetadataInfo")
              .put("name", outside.name())
              .put("namespace", outside.namespace())
              .put("has_permission", true);
        }
      }
      default -> {
        ObjectNode info = entry.putObject("tableInfo");
        tableName(info, "name", dataset, node.name());
        info.put("table_type", tableType(node.type()));
        info.put("lineage_timestamp", TIMESTAMP.format(at));
        info.put("has_permission", true);
      }
    }
  }

  private void tableName(ObjectNode info, String nameField, UUID dataset, String fullName) {
    CatalogState catalog = lineage.store().catalog();
    Optional<Securable> schema = catalog.find(dataset).flatMap(each -> catalog.find(each.parent()));
    if (schema.isEmpty()) {
      info.put(nameField, fullName);
      return;
    }
    info.put(nameField, catalog.find(dataset).orElseThrow().name());
    info.put("catalog_name", catalog.find(schema.get().parent()).orElseThrow().name());
    info.put("schema_name", schema.get().name());
  }

  private static String tableType(LineageNode.Type type) {
    return type == LineageNode.Type.DROPPED ? "TABLE" : type.name();
  }

  private static void entities(
      ObjectNode entry, LineageGraph graph, LineageViewer sees, List<LineageEdge> edges) {
    Set<UUID> named = new LinkedHashSet<>();
    for (LineageEdge edge : edges) {
      if (!sees.seesJob(edge) || !named.add(edge.key().job())) {
        continue;
      }
      LineageJob job = graph.job(edge.key().job()).orElseThrow();
      String list =
          switch (job.kind()) {
            case PIPELINE -> "pipelineInfos";
            case STATEMENT -> "queryInfos";
            case JOB -> "jobInfos";
          };
      String id =
          switch (job.kind()) {
            case PIPELINE -> "pipeline_id";
            case STATEMENT -> "query_id";
            case JOB -> "job_id";
          };
      entry
          .withArray("/" + list)
          .addObject()
          .put("workspace_id", 0)
          .put(id, job.id().toString())
          .put("name", job.name())
          .put("lineage_timestamp", TIMESTAMP.format(graph.lastSeen(edge)));
    }
  }

  /** {@code column-lineage}: by values, as Databricks has it. */
  public ObjectNode ofColumn(Caller viewer, String table, String column) {
    LineageGraph graph = lineage.store().graph();
    NodeKey start = lineage.start(viewer, graph, table, column);
    LineageViewer sees = lineage.viewer(graph, viewer);
    LineageWalk walk = new LineageWalk(graph, lineage.store().now(), true, true);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    for (LineageWalk.Direction direction : LineageWalk.Direction.values()) {
      boolean up = direction == LineageWalk.Direction.UPSTREAM;
      ArrayNode list = answer.putArray(up ? "upstream_cols" : "downstream_cols");
      Map<NodeKey, List<LineageWalk.Step>> beside = new LinkedHashMap<>();
      for (LineageWalk.Step step : walk.steps(start, direction)) {
        if (step.next().isColumn()) {
          beside.computeIfAbsent(step.next(), key -> new ArrayList<>()).add(step);
        }
      }
      beside.values().stream()
          .sorted(
              Comparator.comparing(
                  steps -> {
                    LineageWalk.Step first = steps.get(0);
                    return order(sees, first.next().dataset()) + " " + first.column();
                  }))
          .forEach(
              steps ->
                  column(
                      list.addObject(),
                      sees,
                      steps.get(0),
                      lastSeen(graph, steps.stream().map(LineageWalk.Step::edge).toList())));
    }
    return answer;
  }

  private void column(ObjectNode info, LineageViewer sees, LineageWalk.Step step, Instant at) {
    LineageNode node = sees.node(step.next().dataset(), step.column());
    if (node.isRestricted()) {
      info.put("has_permission", false);
      return;
    }
    info.put("name", step.column());
    if (node.type() == LineageNode.Type.EXTERNAL) {
      info.put("table_name", node.name());
      info.put("namespace", node.namespace().orElseThrow());
    } else {
      tableName(info, "table_name", step.next().dataset(), node.name());
    }
    info.put(
        "table_type",
        node.type() == LineageNode.Type.EXTERNAL ? "EXTERNAL" : tableType(node.type()));
    info.put("lineage_timestamp", TIMESTAMP.format(at));
    info.put("has_permission", true);
  }
}
