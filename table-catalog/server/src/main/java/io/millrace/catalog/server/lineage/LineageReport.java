package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What one job says at one time about what it reads and writes.
 *
 * @param at when it was so
 * @param run empty of a job that is only described
 * @param flows what is known; a flow of columns says that of its datasets, too
 * @param versions of tables that it wrote, at that time
 * @param scope what follows from a flow that the job had and that is not named now
 */
public record LineageReport(
    Job job,
    Instant at,
    Optional<Run> run,
    List<Flow> flows,
    Map<DatasetRef, Long> versions,
    Scope scope) {
  public LineageReport {
    requireNonNull(job, "job is null");
    requireNonNull(at, "at is null");
    requireNonNull(run, "run is null");
    flows = List.copyOf(flows);
    versions = Map.copyOf(versions);
    requireNonNull(scope, "scope is null");
  }

  /**
   * Which job: those of two reporters are two, whatever their names.
   *
   * @param reporter id of the principal that says so
   */
  public record Job(
      String namespace, String name, LineageJob.Kind kind, boolean streaming, UUID reporter) {
    public Job {
      requireNonNull(namespace, "namespace is null");
      requireNonNull(name, "name is null");
      requireNonNull(kind, "kind is null");
      requireNonNull(reporter, "reporter is null");
    }
  }

  /**
   * Which run of it.
   *
   * @param statement id of the SQL statement; empty if there is none
   * @param epoch of the pipeline, if it has any
   */
  public record Run(UUID id, LineageRun.State state, String statement, Optional<Long> epoch) {
    private static final int STATEMENT_CHARACTERS_MAX = 256;

    public Run {
      requireNonNull(id, "id is null");
      requireNonNull(state, "state is null");
      requireNonNull(statement, "statement is null");
      if (statement.length() > STATEMENT_CHARACTERS_MAX) {
        throw new IllegalArgumentException(
            "id of a statement has %d characters".formatted(statement.length()));
      }
      requireNonNull(epoch, "epoch is null");
    }
  }

  /** What a report leaves out. */
  public enum Scope {
    /** Nothing: what it does not name is over, for each target that it names. */
    COMPLETE,
    /** Nothing at all: whatever the job had and it does not name is over. */
    WHOLE,
    /** Perhaps something: what no event of a run named is over when the run completes. */
    PARTIAL
  }
}
