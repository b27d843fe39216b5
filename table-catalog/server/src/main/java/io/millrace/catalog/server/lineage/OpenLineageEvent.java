package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An event of OpenLineage 2.0, as far as it is understood: facets that are not known here are not
 * here.
 *
 * @param job empty of an event about a dataset alone
 * @param run empty of an event about a job or a dataset
 */
record OpenLineageEvent(
    Instant at,
    String producer,
    Optional<Job> job,
    Optional<Run> run,
    List<DatasetRef.Outside> inputs,
    List<Output> outputs) {
  OpenLineageEvent {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** A job, with its jobType facet. */
  record Job(String namespace, String name, LineageJob.Kind kind, boolean streaming) {}

  /** A run, with its externalQuery facet and ours. */
  record Run(UUID id, LineageRun.State state, String statement, Optional<Long> epoch) {}

  /**
   * A dataset that is written, with its version and columnLineage facets.
   *
   * @param version if it is a number, as Delta's are
   * @param origins empty if nothing was said of columns
   */
  record Output(
      DatasetRef.Outside dataset, Optional<Long> version, Optional<List<Origin>> origins) {}

  /**
   * What a column of an output comes from.
   *
   * @param column of the output; empty of what decides about all of them
   */
  record Origin(
      String column, DatasetRef.Outside source, String field, Transformation transformation) {}
}
