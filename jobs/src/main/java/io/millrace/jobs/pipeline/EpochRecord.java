package io.millrace.jobs.pipeline;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/**
 * One checkpoint of a pipeline as its registry keeps it.
 *
 * @param pipeline name of the pipeline
 * @param plan fingerprint of the plan whose operators took the checkpoint
 * @param jobId Flink's id of the job, hexadecimal
 * @param run identity of the committer's run
 * @param topics id by name of each topic that was read: another id means that the offsets count
 *     other records
 * @param checkpointId Flink's id of the checkpoint; grows over all runs that resume
 * @param offsets next Kafka offset to read by {@code topic-partition}
 * @param counts rows by operator and fate since the first start
 * @param maxTimestampMillis latest Kafka record time seen, milliseconds since 1970
 * @param preparedMillis when everything of the checkpoint had reached the committer
 * @param committedMillis when every table was committed; 0 before
 * @param versions version of each table; empty before the commit
 */
public record EpochRecord(
    String pipeline,
    String plan,
    String jobId,
    String run,
    Map<String, String> topics,
    long checkpointId,
    Map<String, Long> offsets,
    Map<String, Map<String, Long>> counts,
    long maxTimestampMillis,
    long preparedMillis,
    long committedMillis,
    Map<String, Long> versions) {
  public EpochRecord {
    requireNonNull(pipeline, "pipeline is null");
    requireNonNull(plan, "plan is null");
    requireNonNull(jobId, "jobId is null");
    requireNonNull(run, "run is null");
    topics = new TreeMap<>(topics);
    offsets = new TreeMap<>(offsets);
    counts = new TreeMap<>(counts);
    versions = new TreeMap<>(versions);
  }

  EpochRecord committed(long atMillis, Map<String, Long> tableVersions) {
    return new EpochRecord(
        pipeline,
        plan,
        jobId,
        run,
        topics,
        checkpointId,
        offsets,
        counts,
        maxTimestampMillis,
        preparedMillis,
        atMillis,
        tableVersions);
  }

  /** Rows that met this fate in this operator, 0 if none. */
  public long count(String operator, String fate) {
    return counts.getOrDefault(operator, Map.of()).getOrDefault(fate, 0L);
  }
}
