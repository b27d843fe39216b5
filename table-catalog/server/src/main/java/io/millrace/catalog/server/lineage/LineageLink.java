package io.millrace.catalog.server.lineage;

import java.time.Instant;
import java.util.Optional;

/**
 * That one node comes from another.
 *
 * @param from and {@code to}: ids of nodes
 * @param subtype and {@code description}: see {@link Transformation}; the latter is empty for who
 *     may not see all that it may name
 * @param job empty for who may not see both ends
 * @param ended since when it is not so any more
 */
public record LineageLink(
    String from,
    String to,
    Transformation.Kind kind,
    String subtype,
    String description,
    boolean masking,
    Optional<LineageJobView> job,
    Instant firstSeen,
    Instant lastSeen,
    Optional<Instant> ended) {}
