package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.gateway.status.PipelineStatus;
import java.util.Optional;

/**
 * How far the demo is, at one moment.
 *
 * @param seconds since the pipeline was started
 * @param events how many there will be
 * @param produced acknowledged by Kafka
 * @param committed in every table
 * @param checkpoint the last committed one; 0 before the first
 * @param freshness of the latest events
 * @param status what the pipeline says about itself
 */
record Progress(
    double seconds,
    long events,
    long produced,
    long committed,
    long checkpoint,
    Optional<Freshness.Percentiles> freshness,
    Optional<PipelineStatus> status) {
  Progress {
    requireNonNull(freshness, "freshness is null");
    requireNonNull(status, "status is null");
  }
}
