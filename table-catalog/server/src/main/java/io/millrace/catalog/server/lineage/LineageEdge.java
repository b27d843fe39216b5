package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * That something came from something else, by one job, from one time to another.
 *
 * @param run the last that showed it; empty if the job is only described
 * @param lastSeen when a run first showed it, for the last one that did: it may go on
 * @param ended since when the job does otherwise; if it comes back, that is another edge
 */
record LineageEdge(
    UUID id,
    Key key,
    String description,
    boolean masking,
    Optional<UUID> run,
    Instant firstSeen,
    Instant lastSeen,
    Optional<Instant> ended) {

  /**
   * What makes two edges the same one. Source and target are ids of datasets.
   *
   * @param sourceColumn empty for the whole dataset, as is {@code targetColumn}
   * @param target empty of what was only read
   */
  record Key(
      UUID job,
      UUID source,
      String sourceColumn,
      Optional<UUID> target,
      String targetColumn,
      Transformation.Kind kind,
      String subtype) {

    /** Whether it is about columns; if not, about datasets. */
    boolean isOfColumns() {
      return !sourceColumn.isEmpty() || !targetColumn.isEmpty();
    }
  }

  Transformation transformation() {
    return new Transformation(key.kind(), key.subtype(), description, masking);
  }

  /** Whether it was so at a time. */
  boolean holdsAt(Instant at) {
    return !firstSeen.isAfter(at) && ended.filter(end -> !end.isAfter(at)).isEmpty();
  }

  LineageEdge endedAt(Instant at) {
    return new LineageEdge(
        id, key, description, masking, run, firstSeen, lastSeen, Optional.of(at));
  }

  /** The same, shown by a run at a time. */
  LineageEdge seen(Instant at, Optional<UUID> byRun) {
    boolean later = !at.isBefore(lastSeen);
    return new LineageEdge(
        id,
        key,
        description,
        masking,
        later && byRun.isPresent() ? byRun : run,
        at.isBefore(firstSeen) ? at : firstSeen,
        later ? at : lastSeen,
        ended);
  }
}
