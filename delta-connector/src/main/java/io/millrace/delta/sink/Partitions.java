package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.Partition;
import io.millrace.delta.parquet.PartitionValues;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.table.data.RowData;

/**
 * Something for each partition that rows belong to, made when a partition is first seen and found
 * again by the values of the partition columns, without making text of them. Owned by one thread.
 */
final class Partitions<T> {
  /** What is kept of partitions not seen any more is forgotten at this size. */
  private static final int KNOWN_MAX = 50_000;

  private final RowKeys keys;
  private final PartitionValues values;
  private final Function<Partition, T> maker;
  private final List<T> known = new ArrayList<>();
  private KeyTable table;

  /**
   * @param names what the table calls its columns in its files
   */
  Partitions(DeltaTableSpec spec, ColumnNames names, Function<Partition, T> maker) {
    keys = new RowKeys(spec.rowType(), spec.partitionPositions());
    values = new PartitionValues(spec, names);
    table = keys.newTable(1);
    this.maker = maker;
  }

  T of(RowData row) {
    int hash = keys.hash(row);
    int slot = keys.find(table, hash, row);
    if (slot >= 0) {
      return known.get((int) table.value(slot, 0));
    }
    // Made first: a row that is refused must leave no entry without a value.
    T made = maker.apply(values.of(row));
    table.setValue(keys.insert(table, hash, row), 0, known.size());
    known.add(made);
    return made;
  }

  /** Forgets all if there are many; only while nobody holds on to what was made. */
  void forgetIfMany() {
    if (known.size() > KNOWN_MAX) {
      known.clear();
      table = keys.newTable(1);
    }
  }
}
