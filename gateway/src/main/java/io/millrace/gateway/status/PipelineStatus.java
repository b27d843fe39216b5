package io.millrace.gateway.status;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline says about itself, about once a second.
 *
 * @param pid the process that runs it
 * @param checkpointId the last completed Flink checkpoint; 0 before the first
 * @param lagRecords records in the topics, at the last look, that no completed checkpoint holds
 * @param balance of the whole pipeline; null before the first checkpoint
 * @param tables in the order in which rows meet them
 * @param failure why it failed or does not get on; set exactly when the state is FAILED or RETRYING
 */
public record PipelineStatus(
    String name,
    State state,
    long pid,
    Instant startedAt,
    Instant updatedAt,
    long checkpointId,
    Duration checkpointInterval,
    long lagRecords,
    @Nullable Balance balance,
    List<TableStatus> tables,
    List<ExpectationStatus> expectations,
    @Nullable Failure failure) {

  public PipelineStatus {
    requireNonNull(state, "state is null");
    requireNonNull(startedAt, "startedAt is null");
    requireNonNull(updatedAt, "updatedAt is null");
    requireNonNull(checkpointInterval, "checkpointInterval is null");
    if (name.isBlank()) {
      throw new IllegalArgumentException("the pipeline's name is blank");
    }
    if ((state == State.FAILED || state == State.RETRYING) != (failure != null)) {
      throw new IllegalArgumentException("state is " + state + ", failure is " + failure);
    }
    tables = List.copyOf(tables);
    expectations = List.copyOf(expectations);
  }

  /** What the pipeline is doing; all but RUNNING and RETRYING are final. */
  public enum State {
    RUNNING,
    /** Nothing can be committed now; it goes on by itself once it can, and nothing is lost. */
    RETRYING,
    /** Everything that was in the topics is committed. */
    FINISHED,
    FAILED,
    /** Asked to stop, and stopped with a savepoint. */
    STOPPED
  }

  /**
   * One table.
   *
   * @param layer bronze, silver, gold or quarantine
   * @param version of the Delta table; -1 before its first commit
   * @param rows that are there: of a keyed table, one per key
   * @param rowsPerSecond written over the last few seconds, rows that replace others included
   * @param freshness null while nothing has arrived
   * @param files live data files
   * @param bytes size of the live data files
   * @param balance null where rows are not counted against a source
   */
  public record TableStatus(
      String name,
      String layer,
      long version,
      long rows,
      double rowsPerSecond,
      @Nullable Freshness freshness,
      long files,
      long bytes,
      @Nullable Balance balance) {
    public TableStatus {
      requireNonNull(name, "name is null");
      requireNonNull(layer, "layer is null");
      if (!Double.isFinite(rowsPerSecond)) {
        throw new IllegalArgumentException("rowsPerSecond is " + rowsPerSecond);
      }
    }
  }

  /** How long it took from an event's production until its table showed it, in milliseconds. */
  public record Freshness(long p50Millis, long p99Millis, long lastMillis) {}

  /** Where the rows that came in went; at a checkpoint every one of them is in one place. */
  public record Balance(long in, long out, long dropped, long quarantined, long deduplicated) {
    public boolean balanced() {
      return in == out + dropped + quarantined + deduplicated;
    }
  }

  /**
   * One rule.
   *
   * @param table the first table whose rows it lets pass
   * @param action warn, drop, quarantine or fail
   */
  public record ExpectationStatus(
      String table, String rule, String action, long passed, long failed) {
    public ExpectationStatus {
      requireNonNull(table, "table is null");
      requireNonNull(rule, "rule is null");
      requireNonNull(action, "action is null");
    }
  }

  /** Code and message of what ended the pipeline, or keeps it from getting on. */
  public record Failure(String code, String message) {
    public Failure {
      requireNonNull(code, "code is null");
      requireNonNull(message, "message is null");
    }
  }
}
