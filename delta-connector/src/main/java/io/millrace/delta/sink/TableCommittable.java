package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that one checkpoint changes in one table; kept in the committer's state until it is known to
 * be committed.
 *
 * @param table name of the table
 * @param epoch identity of the run of the committer that made it; restored with it, never
 *     re-stamped
 * @param checkpointId the Flink checkpoint it was written under
 * @param sequence 1, 2, 3 … over all committables of this sink in this table; the version of its
 *     Delta transaction identifier
 * @param added files to add
 * @param superseded rows to delete, by file; at most one entry per file
 * @param info what {@code commitInfo} says besides: checkpoint id, epoch, Kafka offsets, watermark
 */
public record TableCommittable(
    String table,
    String epoch,
    long checkpointId,
    long sequence,
    List<DataFile> added,
    List<SupersededRows> superseded,
    Map<String, String> info) {
  public TableCommittable {
    requireNonNull(table, "table is null");
    requireNonNull(epoch, "epoch is null");
    added = List.copyOf(added);
    superseded = List.copyOf(superseded);
    info = new TreeMap<>(info);
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence is " + sequence + ", expected at least 1");
    }
  }
}
