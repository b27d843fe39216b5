package io.millrace.delta.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;

/**
 * The tables of one subtask: one {@link KeyTable} for each of its key groups, so that state moves
 * with the key groups when a job is rescaled.
 *
 * <p>For an operator on a stream keyed by {@link RowKeys#selector} whose {@code
 * isUsingCustomRawKeyedState} is true. Snapshots are full and written synchronously. Owned by the
 * task's thread.
 */
public final class KeyedTables {
  private static final int VERSION = 1;
  private static final int MAX_SIGNATURE_BYTES = 1 << 20;

  private final KeyGroupRange range;
  private final int maxParallelism;
  private final String signature;
  private final StoredValues stored;
  private final KeyTable[] tables;

  /**
   * Empty tables.
   *
   * @param signature what keys and stored values mean, such as the types and functions involved;
   *     state with another signature is refused
   * @param newTable makes an empty table, see {@link RowKeys#newTable}
   * @param stored what is written of the values of an entry
   */
  public KeyedTables(
      KeyGroupRange range,
      int maxParallelism,
      String signature,
      Supplier<KeyTable> newTable,
      StoredValues stored) {
    this.range = requireNonNull(range, "range is null");
    this.maxParallelism = maxParallelism;
    this.signature = requireNonNull(signature, "signature is null");
    this.stored = requireNonNull(stored, "stored is null");
    tables = new KeyTable[range.getNumberOfKeyGroups()];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = newTable.get();
    }
  }

  /**
   * Empty tables for the key groups that Flink gives to a subtask, of values stored as they are.
   */
  public static KeyedTables of(TaskInfo task, String signature, Supplier<KeyTable> newTable) {
    return of(task, signature, newTable, StoredValues.asTheyAre(newTable.get().valueLongs()));
  }

  /** Empty tables for the key groups that Flink gives to a subtask. */
  public static KeyedTables of(
      TaskInfo task, String signature, Supplier<KeyTable> newTable, StoredValues stored) {
    int maxParallelism = task.getMaxNumberOfParallelSubtasks();
    KeyGroupRange range =
        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            maxParallelism, task.getNumberOfParallelSubtasks(), task.getIndexOfThisSubtask());
    return new KeyedTables(range, maxParallelism, signature, newTable, stored);
  }

  /** The number, below {@link #count}, of the table for keys with this hash. */
  public int indexFor(int hash) {
    return KeyGroupRangeAssignment.computeKeyGroupForKeyHash(hash, maxParallelism)
        - range.getStartKeyGroup();
  }

  /** The table for keys with this hash, which must be a key of this subtask. */
  public KeyTable tableFor(int hash) {
    return tables[indexFor(hash)];
  }

  public int count() {
    return tables.length;
  }

  public KeyTable table(int index) {
    return tables[index];
  }

  /**
   * Makes room for the share that these tables have of so many entries in all subtasks together.
   */
  public void reserve(long size) {
    for (KeyTable table : tables) {
      table.reserve(size / maxParallelism);
    }
  }

  /** Number of entries. */
  public long size() {
    long size = 0;
    for (KeyTable table : tables) {
      size += table.size();
    }
    return size;
  }

  public long memoryBytes() {
    long bytes = 0;
    for (KeyTable table : tables) {
      bytes += table.memoryBytes();
    }
    return bytes;
  }

  /**
   * Writes all tables to the raw keyed state. Version 1 of a key group: version and length of the
   * signature (int each), its UTF-8, then the table as {@link KeyTableFormat} has it.
   */
  public void snapshot(StateSnapshotContext context) throws Exception {
    KeyedStateCheckpointOutputStream stream = context.getRawKeyedOperatorStateOutput();
    byte[] name = signature.getBytes(UTF_8);
    DataOutputViewStreamWrapper out = new DataOutputViewStreamWrapper(stream);
    for (int i = 0; i < tables.length; i++) {
      stream.startNewKeyGroup(range.getStartKeyGroup() + i);
      out.writeInt(VERSION);
      out.writeInt(name.length);
      out.write(name);
      tables[i].write(out, stored);
    }
    out.flush();
  }

  /**
   * Reads the tables of this subtask's key groups, whatever parallelism wrote them.
   *
   * @throws MillraceException STATE_INCOMPATIBLE if they were written for other keys or values,
   *     STATE_CORRUPT if they cannot be read, or only some are there
   */
  public void restore(StateInitializationContext context) throws IOException {
    if (!context.isRestored()) {
      return;
    }
    int found = 0;
    for (KeyGroupStatePartitionStreamProvider group : context.getRawKeyedStateInputs()) {
      found++;
      DataInputViewStreamWrapper in = new DataInputViewStreamWrapper(group.getStream());
      int version = in.readInt();
      int length = in.readInt();
      if (version != VERSION || length < 0 || length > MAX_SIGNATURE_BYTES) {
        throw new MillraceException(
            ErrorCode.STATE_CORRUPT,
            "keyed state of version " + version + " with a signature of " + length + " bytes",
            "Restore an earlier checkpoint or savepoint, or use the release that wrote this one.");
      }
      byte[] name = new byte[length];
      in.readFully(name);
      String written = new String(name, UTF_8);
      if (!written.equals(signature)) {
        throw new MillraceException(
            ErrorCode.STATE_INCOMPATIBLE,
            "the state was written for " + written + " but the query now needs " + signature,
            "Start this table afresh, or restore with the query that wrote the state.");
      }
      int index = group.getKeyGroupId() - range.getStartKeyGroup();
      tables[index] = KeyTable.read(in, tables[index].valueLongs(), stored);
    }
    // None: an operator that was not there when the state was written.
    if (found != 0 && found != tables.length) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "keyed state has " + found + " of the " + tables.length + " key groups from " + range,
          "Restore an earlier checkpoint or savepoint.");
    }
  }
}
