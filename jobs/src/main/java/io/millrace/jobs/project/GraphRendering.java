package io.millrace.jobs.project;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ExpectationClause;
import io.millrace.jobs.language.RelationReference;
import io.millrace.jobs.language.SourceFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.types.logical.LogicalType;

/** A graph as text and as JSON. */
final class GraphRendering {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final int NOTE_COLUMN = 40;

  private final PipelineGraph graph;
  private final Set<String> shown = new HashSet<>();

  GraphRendering(PipelineGraph graph) {
    this.graph = graph;
  }

  /** A tree per source; a dataset with several parents is spelled out under the first of them. */
  String text() {
    StringBuilder out = new StringBuilder(graph.project().settings().name()).append('\n');
    for (Map.Entry<String, SourceFunction> source : graph.sources().entrySet()) {
      out.append(source.getValue()).append('\n');
      branches(out, "", readersOf(source.getKey()));
    }
    List<Dataset> roots =
        graph.datasets().stream().filter(d -> d.query().relations().isEmpty()).toList();
    for (Dataset root : roots) {
      line(out, "", root);
      branches(out, "", graph.downstream(root.name()));
    }
    return out.toString();
  }

  private List<Dataset> readersOf(String source) {
    return graph.datasets().stream()
        .filter(d -> d.query().relations().stream().anyMatch(r -> r.name().equals(source)))
        .toList();
  }

  private void branches(StringBuilder out, String indent, List<Dataset> children) {
    for (int i = 0; i < children.size(); i++) {
      Dataset child = children.get(i);
      boolean last = i == children.size() - 1;
      if (shown.add(child.name())) {
        line(out, indent + (last ? "└─ " : "├─ "), child);
        branches(out, indent + (last ? "   " : "│  "), graph.downstream(child.name()));
      } else {
        out.append(indent).append(last ? "└─ " : "├─ ").append(child.name()).append(" (above)\n");
      }
    }
  }

  private static void line(StringBuilder out, String indent, Dataset dataset) {
    List<String> notes = new ArrayList<>();
    notes.add(dataset.kind());
    int expectations = dataset.expectations().size();
    if (expectations > 0) {
      notes.add(expectations + (expectations == 1 ? " expectation" : " expectations"));
    }
    if (!dataset.primaryKey().isEmpty()) {
      notes.add("key " + String.join(", ", dataset.primaryKey()));
    }
    dataset.quarantineTable().ifPresent(table -> notes.add("refused rows to " + table));
    String name = indent + dataset.name();
    out.append(name)
        .append(" ".repeat(Math.max(2, NOTE_COLUMN - name.length())))
        .append(String.join(" · ", notes))
        .append('\n');
  }

  String json(Map<String, String> ways) {
    ObjectNode root = JSON.createObjectNode();
    root.put("pipeline", graph.project().settings().name());
    ArrayNode sources = root.putArray("sources");
    graph
        .sources()
        .forEach(
            (name, source) ->
                sources
                    .addObject()
                    .put("name", name)
                    .put("function", source.function())
                    .put("subject", source.subject()));
    ArrayNode datasets = root.putArray("datasets");
    for (Dataset dataset : graph.datasets()) {
      ObjectNode node = datasets.addObject();
      describe(node, dataset);
      Optional.ofNullable(ways.get(dataset.name())).ifPresent(way -> node.put("runs", way));
    }
    try {
      return JSON.writeValueAsString(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void describe(ObjectNode node, Dataset dataset) {
    node.put("name", dataset.name());
    node.put("kind", dataset.kind());
    node.put("position", dataset.position().toString());
    dataset.comment().ifPresent(comment -> node.put("comment", comment));
    ArrayNode reads = node.putArray("reads");
    dataset.query().relations().stream()
        .map(RelationReference::name)
        .distinct()
        .forEach(reads::add);
    ArrayNode readBy = node.putArray("readBy");
    graph.downstream(dataset.name()).forEach(child -> readBy.add(child.name()));
    ArrayNode columns = node.putArray("columns");
    dataset
        .columns()
        .forEach(c -> columns.addObject().put("name", c.name()).put("type", summary(c.type())));
    ArrayNode key = node.putArray("primaryKey");
    dataset.primaryKey().forEach(key::add);
    ArrayNode expectations = node.putArray("expectations");
    for (ExpectationClause clause : dataset.expectations()) {
      expectations
          .addObject()
          .put("name", clause.name())
          .put("condition", clause.condition().text())
          .put("onViolation", clause.action().name().toLowerCase(Locale.ROOT));
    }
    ObjectNode properties = node.putObject("properties");
    dataset.properties().values().forEach(p -> properties.put(p.name(), p.written()));
    dataset.quarantineTable().ifPresent(table -> node.put("quarantine", table));
  }

  private static String summary(LogicalType type) {
    return type.asSummaryString();
  }
}
