package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import java.util.List;
import java.util.Optional;

/**
 * What one writer hands over at one checkpoint.
 *
 * @param table name of the table, as in {@link DeltaTableSpec#name()}
 * @param checkpointId the Flink checkpoint that closes these files
 * @param added finished files, visible to readers once committed
 * @param superseded rows of earlier files, or of {@code added}, that no longer count
 * @param checked the constraints that its rows were asked for, see {@link TableCommitter#CHECKED};
 *     empty if that is not known
 */
public record WriterOutput(
    String table,
    long checkpointId,
    List<DataFile> added,
    List<SupersededRows> superseded,
    Optional<String> checked)
    implements CheckpointPart {
  public WriterOutput {
    requireNonNull(table, "table is null");
    added = List.copyOf(added);
    superseded = List.copyOf(superseded);
    requireNonNull(checked, "checked is null");
  }

  /** What a writer hands over that says nothing of constraints. */
  public WriterOutput(
      String table, long checkpointId, List<DataFile> added, List<SupersededRows> superseded) {
    this(table, checkpointId, added, superseded, Optional.empty());
  }
}
