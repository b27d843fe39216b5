package io.millrace.jobs.pipeline;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What to run, and where.
 *
 * @param project folder of the project
 * @param variables values of {@code --set}; may hold secrets: not for messages
 * @param root folder of the tables and of the pipeline's state
 * @param once stop when everything that was in the topics at the start is committed
 * @param checkpointInterval empty: what the project says, else 10 seconds
 * @param parallelism subtasks of each operator; empty: what the project says, else 2
 * @param jobId hexadecimal id for the Flink job; empty: a new one, which is the usual way
 */
public record RunOptions(
    Path project,
    Map<String, String> variables,
    Path root,
    boolean once,
    Optional<Duration> checkpointInterval,
    Optional<Integer> parallelism,
    Optional<String> jobId) {
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
  public static final int DEFAULT_PARALLELISM = 2;

  public RunOptions {
    requireNonNull(project, "project is null");
    variables = new TreeMap<>(variables);
    root = root.toAbsolutePath().normalize();
  }

  /** Without values of variables. */
  @Override
  public String toString() {
    return "RunOptions[project=%s, variables=%s, root=%s, once=%s]"
        .formatted(project, variables.keySet(), root, once);
  }
}
