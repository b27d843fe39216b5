package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One thing that a run says: this came from that.
 *
 * @param sourceColumn empty for the whole dataset
 * @param target empty if the source was read and nothing was written
 * @param targetColumn empty for the whole dataset: a column that decides which rows there are
 */
public record Flow(
    DatasetRef source,
    String sourceColumn,
    Optional<DatasetRef> target,
    String targetColumn,
    Transformation transformation) {
  public Flow {
    requireNonNull(source, "source is null");
    requireNonNull(sourceColumn, "sourceColumn is null");
    requireNonNull(target, "target is null");
    requireNonNull(targetColumn, "targetColumn is null");
    requireNonNull(transformation, "transformation is null");
  }

  /** A dataset from another. */
  public static Flow of(DatasetRef source, DatasetRef target) {
    return new Flow(source, "", Optional.of(target), "", Transformation.NONE);
  }

  /** A column from another. */
  public static Flow of(
      DatasetRef source,
      String sourceColumn,
      DatasetRef target,
      String targetColumn,
      Transformation transformation) {
    return new Flow(source, sourceColumn, Optional.of(target), targetColumn, transformation);
  }

  /** A dataset, or a column of it, that was read. */
  public static Flow read(DatasetRef source, String sourceColumn) {
    return new Flow(source, sourceColumn, Optional.empty(), "", Transformation.NONE);
  }
}
