package io.millrace.delta.sink;

/**
 * What one subtask tells the committer before the barrier of a checkpoint: data files, or what it
 * saw. Parts of checkpoint N arrive before barrier N, so that the committer has all of them when it
 * takes its own snapshot.
 */
public sealed interface CheckpointPart permits WriterOutput, OperatorReport {
  /** What {@link #checkpointId()} says in parts that are sent when the input has ended. */
  long END_OF_INPUT = Long.MAX_VALUE;

  /** The Flink checkpoint before whose barrier this was sent, or {@link #END_OF_INPUT}. */
  long checkpointId();
}
