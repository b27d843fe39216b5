package io.millrace.catalog.server.freshness;

import java.time.Duration;
import java.util.Optional;

/**
 * How fresh a table is now.
 *
 * @param table full name
 * @param last the last epoch
 * @param behind how long ago the watermark was, now: how old the newest complete event time is
 * @param sinceCommit how long ago the last commit was, now
 */
public record Freshness(
    String table, TableEpoch last, Optional<Duration> behind, Duration sinceCommit) {}
