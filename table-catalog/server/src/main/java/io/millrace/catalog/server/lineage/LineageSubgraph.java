package io.millrace.catalog.server.lineage;

import java.util.List;

/**
 * A part of the lineage, as a viewer sees it.
 *
 * @param root id of the node that was asked for
 * @param nodes the root first, then by their distance from it
 * @param truncated whether there is more than an answer may have
 */
public record LineageSubgraph(
    String root, List<LineageNode> nodes, List<LineageLink> links, boolean truncated) {
  public LineageSubgraph {
    nodes = List.copyOf(nodes);
    links = List.copyOf(links);
  }
}
