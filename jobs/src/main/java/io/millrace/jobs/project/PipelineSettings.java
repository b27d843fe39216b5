package io.millrace.jobs.project;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code pipeline.yml} says, with the values of {@code --set} put in.
 *
 * @param name of the pipeline; part of the identity of its state and of its writes
 * @param catalog null if not said
 * @param schema null if not said; {@code database} in the file means the same
 * @param storage where tables, checkpoints and the event log go; null if not said
 * @param configuration values of variables by name. May hold secrets: not for messages
 * @param checkpointInterval null if not said
 * @param parallelism null if not said
 */
public record PipelineSettings(
    String name,
    @Nullable String catalog,
    @Nullable String schema,
    @Nullable String storage,
    Map<String, String> configuration,
    @Nullable Duration checkpointInterval,
    @Nullable Integer parallelism,
    StateBackend state) {

  /** Where keyed state lives. */
  public enum StateBackend {
    /** On the heap: the default, and the fastest. */
    HEAP,
    /** In RocksDB, for state that outgrows memory. */
    ROCKSDB
  }

  public PipelineSettings {
    requireNonNull(name, "name is null");
    requireNonNull(state, "state is null");
    configuration = Collections.unmodifiableMap(new TreeMap<>(configuration));
  }

  /** Without values of variables. */
  @Override
  public String toString() {
    return "PipelineSettings[name=" + name + ", configuration=" + configuration.keySet() + "]";
  }
}
