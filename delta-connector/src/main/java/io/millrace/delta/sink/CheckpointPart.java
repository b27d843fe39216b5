package io.millrace.delta.sink;

/**
 * What one subtask tells the committer before the barrier of a checkpoint: data files, or what it
 * saw. Parts of checkpoint N arrive before barrier N, so that the committer has all of them when it
 * takes its own snapshot.
 */
public sealed interface CheckpointPart permits WriterOutput, OperatorReport {
  /** The Flink checkpoint before whose barrier this was sent. */
  long checkpointId();
}
