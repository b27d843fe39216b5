package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.PartitionValues;
import io.millrace.delta.state.RowKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.functions.Partitioner;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Attaches Delta tables to streams of rows: a writer for each table, and one committer for all
 * tables of a pipeline. Rows become visible when a checkpoint completes, exactly once, whatever
 * fails in between; without checkpoints the job refuses to start.
 */
public final class DeltaSink {
  private static final int MICROS = 6;

  private DeltaSink() {}

  /** As {@link #append(DataStream, DeltaTableSpec, ParquetOptions, String)} with the defaults. */
  public static SingleOutputStreamOperator<CheckpointPart> append(
      DataStream<? extends RowData> rows, DeltaTableSpec spec, String uid) {
    return append(rows, spec, ParquetOptions.DEFAULT, uid);
  }

  /**
   * As {@link #append(DataStream, DeltaTableSpec, ParquetOptions, PartitionOptions, String)} with
   * the defaults for partitions.
   */
  public static SingleOutputStreamOperator<CheckpointPart> append(
      DataStream<? extends RowData> rows, DeltaTableSpec spec, ParquetOptions options, String uid) {
    return append(rows, spec, options, PartitionOptions.DEFAULT, uid);
  }

  /**
   * Writes rows into a table that only grows: those of a table without partitions on the subtasks
   * that they are on, those of a partitioned one where {@code partitions} says.
   *
   * @param uid of the operator; keep it for as long as the pipeline's state lives
   * @return what {@link #commit} wants
   * @throws MillraceException TYPE_UNSUPPORTED or PROPERTY_INVALID for partition columns that a
   *     Delta table cannot have
   */
  public static SingleOutputStreamOperator<CheckpointPart> append(
      DataStream<? extends RowData> rows,
      DeltaTableSpec spec,
      ParquetOptions options,
      PartitionOptions partitions,
      String uid) {
    DataStream<RowData> placed = plain(rows);
    if (!spec.partitionColumns().isEmpty()) {
      requireUsablePartitions(spec);
      if (partitions.distribution() == PartitionOptions.Distribution.BY_PARTITION) {
        placed =
            placed.partitionCustom(
                new SpreadHashes(),
                new RowKeys(spec.rowType(), spec.partitionPositions()).selector());
      }
    }
    return placed
        .transform(
            spec.name() + ": write",
            CheckpointPartTypeInfo.INSTANCE,
            new AppendWriterOperator(spec, options, partitions))
        .setParallelism(rows.getParallelism())
        .uid(uid);
  }

  /** Not a keyed stream: there is no state, and each subtask shall have its share. */
  private static final class SpreadHashes implements Partitioner<Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public int partition(Integer hash, int subtasks) {
      return Math.floorMod(hash, subtasks);
    }
  }

  private static void requireUsablePartitions(DeltaTableSpec spec) {
    PartitionValues.requireUsable(spec);
    List<String> notInKey = new ArrayList<>(spec.partitionColumns());
    notInKey.removeAll(spec.primaryKey());
    if (spec.upserts() && !notInKey.isEmpty()) {
      throw new MillraceException(
          ErrorCode.PRIMARY_KEY_MISSING,
          ("table %s is partitioned by %s, which is not in its primary key (%s): a row of one key"
                  + " could lie in several partitions")
              .formatted(
                  spec.name(), String.join(", ", notInKey), String.join(", ", spec.primaryKey())),
          "add the partition columns to the primary key, or partition by columns of the key");
    }
  }

  /**
   * As {@link #upsert(DataStream, DeltaTableSpec, ParquetOptions, String, boolean)} with the
   * defaults.
   */
  public static SingleOutputStreamOperator<CheckpointPart> upsert(
      DataStream<? extends RowData> rows,
      DeltaTableSpec spec,
      String uid,
      boolean alreadyPartitioned) {
    return upsert(rows, spec, ParquetOptions.DEFAULT, uid, alreadyPartitioned);
  }

  /**
   * As {@link #upsert(DataStream, DeltaTableSpec, ParquetOptions, PartitionOptions, String,
   * boolean)} with the defaults for partitions.
   */
  public static SingleOutputStreamOperator<CheckpointPart> upsert(
      DataStream<? extends RowData> rows,
      DeltaTableSpec spec,
      ParquetOptions options,
      String uid,
      boolean alreadyPartitioned) {
    return upsert(rows, spec, options, PartitionOptions.DEFAULT, uid, alreadyPartitioned);
  }

  /**
   * Writes rows into a table with a primary key: INSERT and UPDATE_AFTER replace the row of the
   * same key, DELETE removes it, UPDATE_BEFORE is ignored. Rows are placed by their key, whatever
   * the partitions are; the key must contain the partition columns.
   *
   * @param uid of the operator; keep it for as long as the pipeline's state lives
   * @param alreadyPartitioned true if the rows are already on the subtasks that {@link
   *     RowKeys#selector} of the primary key would put them on, so that the writer is chained to
   *     them; false to shuffle
   * @return what {@link #commit} wants
   * @throws MillraceException PRIMARY_KEY_MISSING, also if it lacks a partition column;
   *     TYPE_UNSUPPORTED for a key column whose values a Delta table would not tell apart
   */
  public static SingleOutputStreamOperator<CheckpointPart> upsert(
      DataStream<? extends RowData> rows,
      DeltaTableSpec spec,
      ParquetOptions options,
      PartitionOptions partitions,
      String uid,
      boolean alreadyPartitioned) {
    requireUsableKey(spec);
    if (!spec.partitionColumns().isEmpty()) {
      requireUsablePartitions(spec);
    }
    KeySelector<RowData, Integer> selector =
        new RowKeys(spec.rowType(), spec.primaryKeyPositions()).selector();
    KeyedStream<RowData, Integer> keyed =
        alreadyPartitioned
            ? DataStreamUtils.reinterpretAsKeyedStream(plain(rows), selector, Types.INT)
            : plain(rows).keyBy(selector, Types.INT);
    SingleOutputStreamOperator<CheckpointPart> written =
        keyed.transform(
            spec.name() + ": write",
            CheckpointPartTypeInfo.INSTANCE,
            new UpsertWriterOperator(spec, options, partitions));
    if (alreadyPartitioned) {
      written.setParallelism(rows.getParallelism());
    }
    return written.uid(uid);
  }

  private static void requireUsableKey(DeltaTableSpec spec) {
    if (!spec.upserts()) {
      throw new MillraceException(
          ErrorCode.PRIMARY_KEY_MISSING,
          "table %s is to be updated but has no primary key".formatted(spec.name()),
          "declare the primary key of the table");
    }
    for (int position : spec.primaryKeyPositions()) {
      LogicalType type = spec.rowType().getTypeAt(position);
      boolean timestamp =
          type.is(LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE)
              || type.is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE);
      if (timestamp && LogicalTypeChecks.getPrecision(type) > MICROS) {
        throw new MillraceException(
            ErrorCode.TYPE_UNSUPPORTED,
            "primary key column %s of table %s has type %s, of which a Delta table keeps only"
                    .formatted(
                        spec.rowType().getFieldNames().get(position),
                        spec.name(),
                        type.asSummaryString())
                + " microseconds",
            "cast the column to TIMESTAMP(6)");
      }
    }
  }

  /**
   * Commits what the writers of a pipeline's tables announce, and tells the listener.
   *
   * @param parts what writers, and operators that report, emit; all of them, since a checkpoint is
   *     whole only with all
   * @param tables all tables that are written
   * @param uid of the operator; keep it for as long as the pipeline's state lives
   * @return a stream without elements, which ends when everything is committed
   */
  public static SingleOutputStreamOperator<Void> commit(
      List<? extends DataStream<CheckpointPart>> parts,
      List<DeltaTableSpec> tables,
      EpochListener listener,
      String uid) {
    return commit(parts, tables, listener, CompactionOptions.DEFAULT, uid);
  }

  /**
   * As the other method.
   *
   * @param compaction whether small files are packed while the job runs
   */
  public static SingleOutputStreamOperator<Void> commit(
      List<? extends DataStream<CheckpointPart>> parts,
      List<DeltaTableSpec> tables,
      EpochListener listener,
      CompactionOptions compaction,
      String uid) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("there is nothing to commit");
    }
    Set<String> names = new HashSet<>();
    Set<String> paths = new HashSet<>();
    for (DeltaTableSpec table : tables) {
      if (!names.add(table.name()) || !paths.add(table.path())) {
        throw new MillraceException(
            ErrorCode.DATASET_DUPLICATE,
            "table %s at %s is written twice in one pipeline".formatted(table.name(), table.path()),
            "give each table its own name and folder, or unite the streams before they are"
                + " written");
      }
    }
    DataStream<CheckpointPart> all = parts.get(0);
    for (DataStream<CheckpointPart> more : parts.subList(1, parts.size())) {
      all = all.union(more);
    }
    return all.transform("commit", Types.VOID, new CommitOperator(tables, listener, compaction))
        .setParallelism(1)
        .setMaxParallelism(1)
        .disableChaining()
        .uid(uid);
  }

  /**
   * Commits what the writer of a table announces as one version, when the input of a batch job has
   * ended; no checkpoints are needed.
   *
   * @param parts what {@link #append} returns, or {@link #upsert} unless it overwrites
   * @param overwrite what the rows replace; empty to add them
   * @param uid of the operator
   * @return a stream without elements, which ends when everything is committed
   */
  public static SingleOutputStreamOperator<Void> commitAtEnd(
      DataStream<CheckpointPart> parts,
      DeltaTableSpec table,
      Optional<Overwrite> overwrite,
      String uid) {
    return parts
        .transform("commit", Types.VOID, new StatementCommitOperator(table, overwrite.orElse(null)))
        .setParallelism(1)
        .setMaxParallelism(1)
        .disableChaining()
        .uid(uid);
  }

  /** A stream of a kind of row is a stream of rows: the sink only reads it. */
  @SuppressWarnings("unchecked")
  private static DataStream<RowData> plain(DataStream<? extends RowData> rows) {
    return (DataStream<RowData>) rows;
  }
}
