package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A job with its last run.
 *
 * @param reportedBy name of the principal that told of it
 * @param runId as the job calls it
 * @param running whether it runs now
 */
public record LineageJobView(
    UUID id,
    String namespace,
    String name,
    LineageJob.Kind kind,
    boolean streaming,
    Optional<String> reportedBy,
    Optional<UUID> runId,
    Optional<String> statement,
    Optional<LineageRun.State> state,
    boolean running,
    Optional<Instant> started,
    Optional<Instant> updated,
    Optional<Instant> ended,
    Optional<Long> epoch) {}
