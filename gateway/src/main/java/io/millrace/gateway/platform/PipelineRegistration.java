package io.millrace.gateway.platform;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A pipeline that belongs to a platform: what is needed to run it again.
 *
 * @param name letters, digits, {@code _} and {@code -}; also the name of its file
 * @param project the project's folder, absolute
 * @param variables values of {@code --set}
 * @param root where its tables are, absolute
 * @param checkpointInterval how often its tables are committed
 */
public record PipelineRegistration(
    String name,
    Path project,
    Map<String, String> variables,
    Path root,
    Duration checkpointInterval) {

  public PipelineRegistration {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")) {
      throw new IllegalArgumentException("\"" + name + "\" is no name of a pipeline");
    }
    if (checkpointInterval.isNegative() || checkpointInterval.isZero()) {
      throw new IllegalArgumentException("the checkpoint interval is " + checkpointInterval);
    }
    project = requireNonNull(project, "project is null").toAbsolutePath().normalize();
    root = requireNonNull(root, "root is null").toAbsolutePath().normalize();
    variables = Map.copyOf(new TreeMap<>(variables));
  }
}
