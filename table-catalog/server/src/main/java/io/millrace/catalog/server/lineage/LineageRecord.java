package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One line of lineage: that a job read something, and wrote something with it, last at a time.
 *
 * @param target empty if nothing was written
 * @param paths of datasets outside that are paths
 */
public record LineageRecord(
    UUID id,
    LineageNode source,
    Optional<String> sourcePath,
    Optional<LineageNode> target,
    Optional<String> targetPath,
    LineageJobView job,
    Instant at) {}
