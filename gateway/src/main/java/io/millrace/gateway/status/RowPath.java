package io.millrace.gateway.status;

import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.jobs.operators.AccountedOperator;
import io.millrace.jobs.operators.CheckOperator;
import io.millrace.jobs.operators.DeduplicateOperator;
import io.millrace.jobs.operators.FilterOperator;
import io.millrace.jobs.operators.ParseJsonOperator;
import io.millrace.jobs.pipeline.EpochRecord;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.PlanNode;
import io.millrace.jobs.plan.TableWrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The way of a table's rows back to their source, and what became of them on it. */
public final class RowPath {
  private RowPath() {}

  /** The operators of the way, the last one first, as long as there is one way only. */
  public static List<PlanNode> of(PlanNode node) {
    List<PlanNode> path = new ArrayList<>();
    PlanNode at = node;
    while (true) {
      path.add(at);
      if (at.inputs().size() != 1) {
        return path;
      }
      at = at.inputs().get(0);
    }
  }

  /** Rows since the first start, of a table whose rows are those of its source. */
  public static Balance balance(TableWrite write, EpochRecord epoch) {
    long in = 0;
    long dropped = 0;
    long quarantined = 0;
    long deduplicated = 0;
    for (PlanNode node : of(write.input())) {
      Map<String, Long> counts = new HashMap<>(epoch.counts().getOrDefault(node.name(), Map.of()));
      if (node instanceof PlanNode.KafkaRead) {
        in += counts.getOrDefault(AccountedOperator.IN, 0L);
      }
      long refused =
          counts.getOrDefault(CheckOperator.DROPPED, 0L)
              + counts.getOrDefault(ParseJsonOperator.MALFORMED, 0L);
      long kept = counts.getOrDefault(CheckOperator.QUARANTINED, 0L);
      quarantined += kept;
      dropped += refused - kept + counts.getOrDefault(FilterOperator.FILTERED, 0L);
      deduplicated += counts.getOrDefault(DeduplicateOperator.DEDUPLICATED, 0L);
    }
    return new Balance(in, epoch.count(write.table(), "rows"), dropped, quarantined, deduplicated);
  }

  /** The first table that a rule lets rows into: rules often stand in a view before it. */
  public static String guarded(PipelinePlan plan, PlanNode.Check check) {
    return plan.tables().stream()
        .filter(write -> of(write.input()).contains(check))
        .map(TableWrite::table)
        .findFirst()
        .orElse(check.dataset());
  }
}
