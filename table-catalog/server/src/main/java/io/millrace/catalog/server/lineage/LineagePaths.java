package io.millrace.catalog.server.lineage;

import java.util.List;

/**
 * The ways from one node to another.
 *
 * @param paths ids of nodes, from the first to the last; the shortest first
 * @param truncated whether there may be more
 */
public record LineagePaths(
    List<LineageNode> nodes, List<LineageLink> links, List<List<String>> paths, boolean truncated) {
  public LineagePaths {
    nodes = List.copyOf(nodes);
    links = List.copyOf(links);
    paths = List.copyOf(paths);
  }
}
