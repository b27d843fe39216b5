package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.dml.ChangeKind;
import io.millrace.delta.dml.PartitionDelete;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.CompactionOptions;
import io.millrace.delta.sink.DeltaSink;
import io.millrace.delta.sink.Epoch;
import io.millrace.delta.sink.EpochListener;
import io.millrace.delta.sink.Overwrite;
import io.millrace.delta.sink.PartitionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.RowLevelModificationScanContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.abilities.SupportsDeletePushDown;
import org.apache.flink.table.connector.sink.abilities.SupportsOverwrite;
import org.apache.flink.table.connector.sink.abilities.SupportsPartitioning;
import org.apache.flink.table.connector.sink.abilities.SupportsRowLevelDelete;
import org.apache.flink.table.connector.sink.abilities.SupportsRowLevelUpdate;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.jspecify.annotations.Nullable;

/**
 * A Delta table that a statement writes: rows are appended, or with a primary key replaced and
 * deleted. They are there with the next checkpoint.
 */
final class DeltaTableSink
    implements DynamicTableSink,
        SupportsPartitioning,
        SupportsOverwrite,
        SupportsRowLevelDelete,
        SupportsRowLevelUpdate,
        SupportsDeletePushDown {
  private final DeltaTableSpec spec;
  private final PartitionOptions partitions;
  private final CompactionOptions compaction;
  private final boolean batch;
  private final boolean overwritesDynamically;
  private boolean overwrites;
  private Map<String, String> staticPartition = Map.of();
  private @Nullable RowLevelWrite rowLevel;
  private List<ResolvedExpression> deleted = List.of();

  /**
   * @param batch true in a job that ends, without checkpoints
   * @param overwritesDynamically true if INSERT OVERWRITE replaces only partitions that get rows
   */
  DeltaTableSink(
      DeltaTableSpec spec,
      PartitionOptions partitions,
      CompactionOptions compaction,
      boolean batch,
      boolean overwritesDynamically) {
    this.spec = requireNonNull(spec, "spec is null");
    this.partitions = requireNonNull(partitions, "partitions is null");
    this.compaction = requireNonNull(compaction, "compaction is null");
    this.batch = batch;
    this.overwritesDynamically = overwritesDynamically;
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requested) {
    return spec.upserts() && !overwrites ? ChangelogMode.upsert(false) : ChangelogMode.insertOnly();
  }

  /** The planner puts the constants into the rows; what is overwritten depends on them. */
  @Override
  public void applyStaticPartition(Map<String, String> partition) {
    staticPartition = Map.copyOf(partition);
  }

  @Override
  public void applyOverwrite(boolean overwrite) {
    if (overwrite && !batch) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "INSERT OVERWRITE into table %s in streaming mode, in which nothing is ever complete"
              .formatted(spec.name()),
          "SET 'execution.runtime-mode' = 'batch', or INSERT INTO the table");
    }
    overwrites = overwrite;
  }

  @Override
  public RowLevelDeleteInfo applyRowLevelDelete(@Nullable RowLevelModificationScanContext context) {
    RowLevelWrite write = RowLevelWrite.of(ChangeKind.DELETE, spec, context);
    rowLevel = write;
    return new RowLevelDeleteInfo() {
      @Override
      public Optional<List<Column>> requiredColumns() {
        return Optional.of(write.requiredColumns());
      }
    };
  }

  @Override
  public RowLevelUpdateInfo applyRowLevelUpdate(
      List<Column> updatedColumns, @Nullable RowLevelModificationScanContext context) {
    RowLevelWrite write = RowLevelWrite.of(ChangeKind.UPDATE, spec, context);
    rowLevel = write;
    return new RowLevelUpdateInfo() {
      @Override
      public Optional<List<Column>> requiredColumns() {
        return Optional.of(write.requiredColumns());
      }
    };
  }

  /** Accepts what selects whole files: everything, or conditions on partition columns. */
  @Override
  public boolean applyDeleteFilters(List<ResolvedExpression> filters) {
    deleted = List.copyOf(filters);
    return wholeFiles().isPresent();
  }

  private Optional<RowFilter> wholeFiles() {
    List<RowFilter> parts = new ArrayList<>();
    for (ResolvedExpression condition : deleted) {
      Optional<RowFilter> part =
          FilterTranslator.exactly(condition, Set.copyOf(spec.partitionColumns()));
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    return Optional.of(new RowFilter.And(parts));
  }

  @Override
  public Optional<Long> executeDeletion() {
    OptionalLong rows =
        PartitionDelete.run(
            spec.path(),
            wholeFiles().orElseThrow(),
            deleted.stream().map(StatementScans::text).toList());
    return rows.isPresent() ? Optional.of(rows.getAsLong()) : Optional.empty();
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return new DataStreamSinkProvider() {
      @Override
      public DataStreamSink<?> consumeDataStream(
          ProviderContext provider, DataStream<RowData> rows) {
        return write(provider, rows);
      }
    };
  }

  private DataStreamSink<?> write(ProviderContext provider, DataStream<RowData> rows) {
    if (rowLevel != null) {
      return rowLevel.write(rows, step -> uid(provider, step));
    }
    if (batch) {
      return writeAtOnce(provider, rows);
    }
    DataStream<CheckpointPart> parts =
        spec.upserts()
            ? DeltaSink.upsert(
                rows, spec, ParquetOptions.DEFAULT, partitions, uid(provider, "write"), false)
            : DeltaSink.append(
                rows, spec, ParquetOptions.DEFAULT, partitions, uid(provider, "write"));
    return DeltaSink.commit(
            List.of(parts), List.of(spec), Nobody.INSTANCE, compaction, uid(provider, "commit"))
        .sinkTo(new DiscardingSink<>())
        .name(spec.name() + ": committed")
        .setParallelism(1)
        .uid(uid(provider, "committed"));
  }

  private DataStreamSink<?> writeAtOnce(ProviderContext provider, DataStream<RowData> rows) {
    Optional<Overwrite> overwrite =
        overwrites
            ? Optional.of(new Overwrite(readVersion(), staticPartition, overwritesDynamically))
            : Optional.empty();
    DataStream<CheckpointPart> parts =
        spec.upserts() && !overwrites
            ? DeltaSink.upsert(
                rows, spec, ParquetOptions.DEFAULT, partitions, uid(provider, "write"), false)
            : DeltaSink.append(
                rows, spec, ParquetOptions.DEFAULT, partitions, uid(provider, "write"));
    return DeltaSink.commitAtEnd(parts, spec, overwrite, uid(provider, "commit"))
        .sinkTo(new DiscardingSink<>())
        .name(spec.name() + ": committed")
        .setParallelism(1)
        .uid(uid(provider, "committed"));
  }

  /** Taken before anything is read, so that what the statement reads is not older. */
  private long readVersion() {
    try {
      return TableSnapshot.latest(spec.path()).version();
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND) {
        return -1;
      }
      throw e;
    }
  }

  private String uid(ProviderContext provider, String step) {
    return provider.generateUid(step).orElse("delta: " + spec.name() + ": " + step);
  }

  @Override
  public DynamicTableSink copy() {
    DeltaTableSink copy =
        new DeltaTableSink(spec, partitions, compaction, batch, overwritesDynamically);
    copy.overwrites = overwrites;
    copy.staticPartition = staticPartition;
    copy.rowLevel = rowLevel;
    copy.deleted = deleted;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Delta table " + spec.path();
  }

  /** A statement has no registry of epochs. */
  private enum Nobody implements EpochListener {
    INSTANCE;

    @Override
    public void open() {}

    @Override
    public void prepared(Epoch epoch) {}

    @Override
    public void committed(Epoch epoch, Map<String, Long> versions) {}
  }
}
