package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import java.util.List;

/**
 * What one writer hands over at one checkpoint.
 *
 * @param table name of the table, as in {@link DeltaTableSpec#name()}
 * @param checkpointId the Flink checkpoint that closes these files
 * @param added finished files, visible to readers once committed
 * @param superseded rows of earlier files, or of {@code added}, that no longer count
 */
public record WriterOutput(
    String table, long checkpointId, List<DataFile> added, List<SupersededRows> superseded)
    implements CheckpointPart {
  public WriterOutput {
    requireNonNull(table, "table is null");
    added = List.copyOf(added);
    superseded = List.copyOf(superseded);
  }
}
