package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * A job was submitted.
 *
 * @param jobId Flink's, 32 hexadecimal digits
 * @param streaming false for a batch job
 * @param sources each once
 * @param sinks each once
 */
public record JobStarted(
    String jobId,
    String jobName,
    boolean streaming,
    Instant at,
    List<JobDataset> sources,
    List<JobDataset> sinks) {
  public JobStarted {
    requireNonNull(jobId, "jobId is null");
    requireNonNull(jobName, "jobName is null");
    requireNonNull(at, "at is null");
    sources = sources.stream().distinct().toList();
    sinks = sinks.stream().distinct().toList();
  }
}
