package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Lineage as a tree for a person: each node under what it is made from or made into, with how and
 * by which job. A node that was shown already is not gone into again, so that circles end.
 */
final class LineageTree {
  private static final int DESCRIPTION_CHARACTERS_MAX = 60;

  private final JsonNode answer;
  private final Map<String, JsonNode> nodes = new LinkedHashMap<>();

  /**
   * @param answer the server's document
   */
  LineageTree(JsonNode answer) {
    this.answer = answer;
    answer.path("nodes").forEach(node -> nodes.put(node.path("id").asText(), node));
  }

  List<String> lines(boolean upstream, boolean downstream) {
    String root = answer.path("root").asText();
    List<String> lines = new ArrayList<>();
    lines.add(label(nodes.getOrDefault(root, answer.path("nodes").path(0))));
    if (upstream) {
      lines.add("made from:");
      branch(root, children("to", "from"), "", new HashSet<>(Set.of(root)), lines);
    }
    if (downstream) {
      lines.add("made into:");
      branch(root, children("from", "to"), "", new HashSet<>(Set.of(root)), lines);
    }
    if (answer.path("truncated").asBoolean()) {
      lines.add("There is more than one answer may have: ask with --depth, or from a node above.");
    }
    return lines;
  }

  /** Of each node the nodes one step away, with all that leads there. */
  private Map<String, Map<String, List<JsonNode>>> children(String near, String far) {
    Map<String, Map<String, List<JsonNode>>> children = new LinkedHashMap<>();
    for (JsonNode link : answer.path("links")) {
      children
          .computeIfAbsent(link.path(near).asText(), node -> new LinkedHashMap<>())
          .computeIfAbsent(link.path(far).asText(), node -> new ArrayList<>())
          .add(link);
    }
    return children;
  }

  private void branch(
      String node,
      Map<String, Map<String, List<JsonNode>>> children,
      String indent,
      Set<String> shown,
      List<String> lines) {
    Map<String, List<JsonNode>> here = children.getOrDefault(node, Map.of());
    if (here.isEmpty() && indent.isEmpty()) {
      lines.add("   nothing that is known");
    }
    int left = here.size();
    for (Map.Entry<String, List<JsonNode>> child : here.entrySet()) {
      left--;
      boolean again = !shown.add(child.getKey());
      boolean more = again && children.containsKey(child.getKey());
      lines.add(
          indent
              + (left == 0 ? "└─ " : "├─ ")
              + label(nodes.getOrDefault(child.getKey(), answer.path("none")))
              + how(child.getValue())
              + (more ? "  (see above)" : ""));
      if (!again) {
        branch(child.getKey(), children, indent + (left == 0 ? "   " : "│  "), shown, lines);
      }
    }
  }

  /** A node by its name and, unless it is a table, what it is. */
  static String label(JsonNode node) {
    String type = node.path("type").asText();
    if (type.equals("RESTRICTED") || type.isEmpty()) {
      return "(restricted)";
    }
    String column = node.path("column").asText("");
    String namespace = node.path("namespace").asText("");
    String name =
        (namespace.isEmpty() ? "" : namespace + " ")
            + node.path("name").asText()
            + (column.isEmpty() ? "" : "." + column);
    return Printable.line(name)
        + (type.equals("TABLE")
            ? ""
            : " (" + type.toLowerCase(Locale.ROOT).replace('_', ' ') + ")");
  }

  private static String how(List<JsonNode> links) {
    Set<String> ways = new LinkedHashSet<>();
    Set<String> jobs = new LinkedHashSet<>();
    for (JsonNode link : links) {
      String way = link.path("subtype").asText("").toLowerCase(Locale.ROOT);
      String description = link.path("description").asText("");
      ways.add(
          (way + " " + Printable.line(description, DESCRIPTION_CHARACTERS_MAX)).strip()
              + (link.path("masking").asBoolean() ? " masked" : "")
              + (link.hasNonNull("ended") ? " until " + link.path("ended").asText() : ""));
      JsonNode job = link.path("job");
      if (job.isObject()) {
        jobs.add(job(job));
      }
    }
    ways.remove("");
    return (ways.isEmpty() ? "" : "  [" + String.join(", ", ways) + "]")
        + (jobs.isEmpty() ? "" : "  by " + String.join(", ", jobs));
  }

  /** A job by its name, and whether it runs now. */
  static String job(JsonNode job) {
    String namespace = job.path("namespace").asText("");
    return Printable.line((namespace.isEmpty() ? "" : namespace + "/") + job.path("name").asText())
        + (job.path("running").asBoolean() ? " (running)" : "");
  }
}
