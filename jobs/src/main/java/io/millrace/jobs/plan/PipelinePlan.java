package io.millrace.jobs.plan;

import io.millrace.jobs.project.PipelineSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * All operators of a pipeline's one job.
 *
 * @param pipeline its name
 * @param tables what is written, in the order of the datasets
 * @param quarantineTables names of the tables for what is refused, sorted
 * @param ways how each dataset runs, by its name: for people
 * @param state where keyed state lives
 */
public record PipelinePlan(
    String pipeline,
    List<TableWrite> tables,
    List<String> quarantineTables,
    Map<String, String> ways,
    PipelineSettings.StateBackend state) {
  public PipelinePlan {
    tables = List.copyOf(tables);
    quarantineTables = List.copyOf(new TreeSet<>(quarantineTables));
    ways = new LinkedHashMap<>(ways);
  }

  /** Every operator once, inputs before those that read them. */
  public List<PlanNode> nodes() {
    Set<PlanNode> seen = new LinkedHashSet<>();
    tables.forEach(table -> visit(table.input(), seen));
    return new ArrayList<>(seen);
  }

  private static void visit(PlanNode node, Set<PlanNode> seen) {
    if (!seen.contains(node)) {
      node.inputs().forEach(input -> visit(input, seen));
      if (node instanceof PlanNode.LookupJoin join) {
        visit(join.table(), seen);
      }
      seen.add(node);
    }
  }

  /**
   * What the state of a run depends on: two plans with the same fingerprint can take over each
   * other's checkpoints.
   */
  public String fingerprint() {
    List<String> parts = new ArrayList<>();
    if (state != PipelineSettings.StateBackend.HEAP) {
      parts.add("state " + state);
    }
    for (PlanNode node : nodes()) {
      node.stateSignature().ifPresent(signature -> parts.add(node.name() + " = " + signature));
    }
    for (TableWrite write : tables) {
      parts.add(write.table() + ": write " + write.key() + " " + write.rowType().asSummaryString());
    }
    parts.sort(null);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** For people: each dataset and the way it runs. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    int width = ways.keySet().stream().mapToInt(String::length).max().orElse(0);
    ways.forEach(
        (dataset, way) ->
            text.append(dataset)
                .append(" ".repeat(width - dataset.length() + 2))
                .append(way)
                .append('\n'));
    return text.toString();
  }
}
