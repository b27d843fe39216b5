package io.millrace.catalog.server.lineage;

import java.util.UUID;

/**
 * Something that reads and writes datasets, again and again.
 *
 * @param reporter id of the principal that told of it
 */
public record LineageJob(
    UUID id, String namespace, String name, Kind kind, boolean streaming, UUID reporter) {

  /** What it is. */
  public enum Kind {
    PIPELINE,
    STATEMENT,
    JOB
  }
}
