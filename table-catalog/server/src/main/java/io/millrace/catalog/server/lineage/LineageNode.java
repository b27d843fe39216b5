package io.millrace.catalog.server.lineage;

import java.util.Optional;

/**
 * A dataset, or a column of one, as a viewer sees it.
 *
 * @param id the same for this viewer in every answer; of one that the viewer may not see it says
 *     nothing, and differs from viewer to viewer
 * @param namespace of a dataset outside the catalog
 * @param name full name in the catalog, or name outside it; empty if restricted
 * @param column empty for the dataset as a whole, and if restricted
 * @param owner of a securable
 */
public record LineageNode(
    String id,
    Type type,
    Optional<String> namespace,
    String name,
    String column,
    Optional<String> owner) {

  /** What it is. */
  public enum Type {
    TABLE,
    VIEW,
    MATERIALIZED_VIEW,
    STREAMING_TABLE,
    VOLUME,
    MODEL,
    /** Outside: a topic, a path, another system. */
    EXTERNAL,
    /** Was in the catalog, and is not any more. */
    DROPPED,
    /** The viewer may not see it. */
    RESTRICTED
  }

  public boolean isRestricted() {
    return type == Type.RESTRICTED;
  }
}
