package io.millrace.gateway.pipeline;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code pipeline run} was asked for.
 *
 * @param project the project's folder, or its settings file
 * @param variables values of {@code --set}; may hold secrets, not for messages
 * @param root where tables, checkpoints, log and status go
 * @param once end when everything that is in the topics now is committed
 * @param checkpointInterval null for what the project says
 */
public record RunRequest(
    Path project,
    Map<String, String> variables,
    Path root,
    boolean once,
    @Nullable Duration checkpointInterval) {

  public RunRequest {
    requireNonNull(project, "project is null");
    requireNonNull(root, "root is null");
    variables = Collections.unmodifiableMap(new TreeMap<>(variables));
  }

  /** Without values of variables. */
  @Override
  public String toString() {
    return "RunRequest[project=" + project + ", variables=" + variables.keySet() + "]";
  }
}
