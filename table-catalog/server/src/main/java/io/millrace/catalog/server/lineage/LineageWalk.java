package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Walks a graph as of one time. From datasets it goes along edges of datasets, from columns along
 * edges of columns; a column that decides about a whole dataset leads to all columns of that.
 */
final class LineageWalk {
  /** Most nodes, links and steps of one answer. */
  static final int NODES_MAX = 5_000;

  static final int LINKS_MAX = 20_000;
  static final int STEPS_MAX = 100_000;

  private final LineageGraph graph;
  private final Instant at;
  private final boolean ofColumns;
  private final boolean onlyDirect;

  /**
   * @param ofColumns whether edges of columns are followed
   * @param onlyDirect whether only values are followed, not what decides about them
   */
  LineageWalk(LineageGraph graph, Instant at, boolean ofColumns, boolean onlyDirect) {
    this.graph = graph;
    this.at = at;
    this.ofColumns = ofColumns;
    this.onlyDirect = onlyDirect;
  }

  /** Whether one walks to what a node is made from, or to what is made from it. */
  enum Direction {
    UPSTREAM,
    DOWNSTREAM
  }

  /**
   * What was found.
   *
   * @param distances by node, in the order in which they were found; nodes with the name that a
   *     column has in the edge by which it was found
   */
  record Found(
      Map<NodeKey, Integer> distances,
      Map<NodeKey, String> columns,
      Set<LineageEdge> edges,
      boolean truncated) {}

  /** An edge and where it leads. */
  record Step(LineageEdge edge, NodeKey next, String column) {}

  List<Step> steps(NodeKey from, Direction direction) {
    List<Step> steps = new ArrayList<>();
    boolean up = direction == Direction.UPSTREAM;
    for (LineageEdge edge : up ? graph.into(from.dataset()) : graph.from(from.dataset())) {
      LineageEdge.Key key = edge.key();
      Optional<UUID> target = key.target();
      boolean follows =
          target.isPresent()
              && key.isOfColumns() == ofColumns
              && (!onlyDirect || key.kind() == Transformation.Kind.DIRECT)
              && edge.holdsAt(at)
              && from.touches(up ? key.targetColumn() : key.sourceColumn());
      if (!follows) {
        continue;
      }
      String column = up ? key.sourceColumn() : key.targetColumn();
      NodeKey next = NodeKey.of(up ? key.source() : target.get(), column);
      if (!next.equals(from)) {
        steps.add(new Step(edge, next, column));
      }
    }
    return steps;
  }

  /** Everything within a number of steps, nearest first. */
  Found reach(NodeKey start, Direction direction, int depth) {
    Map<NodeKey, Integer> distances = new LinkedHashMap<>();
    Map<NodeKey, String> columns = new HashMap<>();
    Set<LineageEdge> edges = new LinkedHashSet<>();
    ArrayDeque<NodeKey> open = new ArrayDeque<>();
    distances.put(start, 0);
    open.add(start);
    boolean truncated = false;
    while (!open.isEmpty()) {
      NodeKey node = open.remove();
      int distance = distances.get(node);
      if (distance == depth) {
        continue;
      }
      for (Step step : steps(node, direction)) {
        if (edges.size() >= LINKS_MAX
            || (distances.size() >= NODES_MAX && !distances.containsKey(step.next()))) {
          truncated = true;
          continue;
        }
        edges.add(step.edge());
        if (distances.putIfAbsent(step.next(), distance + 1) == null) {
          columns.put(step.next(), step.column());
          open.add(step.next());
        }
      }
    }
    return new Found(distances, columns, edges, truncated);
  }

  /** The ways from one node to another. */
  record Ways(List<List<Step>> paths, boolean truncated) {}

  /**
   * Ways that pass no node twice, the shortest first.
   *
   * @param depth steps of the longest
   * @param pathsMax how many
   */
  Ways ways(NodeKey from, NodeKey to, int depth, int pathsMax) {
    // How far it is to the end from everywhere: no step is made that cannot lead there.
    Found back = reach(to, Direction.UPSTREAM, depth);
    Map<UUID, Integer> nearest = new HashMap<>();
    back.distances().forEach((node, far) -> nearest.merge(node.dataset(), far, Math::min));
    List<List<Step>> paths = new ArrayList<>();
    boolean truncated = back.truncated();
    int stepsLeft = STEPS_MAX;
    // Ways of one length before the longer ones: the shortest are the ones that are wanted.
    ArrayDeque<List<Step>> open = new ArrayDeque<>();
    open.add(List.of());
    while (!open.isEmpty()) {
      List<Step> way = open.remove();
      NodeKey at = way.isEmpty() ? from : way.get(way.size() - 1).next();
      if (isEnd(at, to) && !way.isEmpty()) {
        if (paths.size() == pathsMax) {
          return new Ways(paths, true);
        }
        paths.add(way);
        continue;
      }
      Set<NodeKey> tried = new LinkedHashSet<>();
      for (Step step : steps(at, Direction.DOWNSTREAM)) {
        // What decides about a whole dataset goes on by any of its columns.
        Integer left =
            step.next().isColumn()
                ? back.distances()
                    .getOrDefault(
                        step.next(), back.distances().get(new NodeKey(step.next().dataset(), "")))
                : nearest.get(step.next().dataset());
        boolean again =
            step.next().equals(from)
                || way.stream().anyMatch(before -> before.next().equals(step.next()));
        if (left == null || again || way.size() + 1 + left > depth || !tried.add(step.next())) {
          continue;
        }
        if (--stepsLeft < 0) {
          return new Ways(paths, true);
        }
        List<Step> longer = new ArrayList<>(way);
        longer.add(step);
        open.add(longer);
      }
    }
    return new Ways(paths, truncated);
  }

  /** A column is reached, too, by what decides about all of its dataset. */
  private static boolean isEnd(NodeKey at, NodeKey to) {
    return at.equals(to) || (at.dataset().equals(to.dataset()) && !at.isColumn());
  }
}
