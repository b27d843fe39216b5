package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.constraint.RowConstraints;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.parquet.ParquetOptions;
import java.util.List;
import java.util.Optional;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream of rows into files of a table and tells the committer about them before each
 * barrier.
 *
 * <p>It keeps nothing in state. Files are finished, and on the disk, before they are announced;
 * announcements of checkpoint N precede barrier N. If N is aborted, the committer still has the
 * announcement and commits it with the next checkpoint. If the job fails instead, the source goes
 * back to the last complete checkpoint, the rows come again, and the files that no state names stay
 * invisible until vacuum removes them.
 */
final class AppendWriterOperator extends AbstractStreamOperator<CheckpointPart>
    implements OneInputStreamOperator<RowData, CheckpointPart> {
  private static final long serialVersionUID = 1L;

  private final DeltaTableSpec spec;
  private final ParquetOptions options;
  private final PartitionOptions partitions;
  private transient RowConstraints constraints;
  private transient Optional<String> checked;
  private transient @Nullable RowCompletion completion;
  private transient @Nullable TableFiles files;

  AppendWriterOperator(DeltaTableSpec spec, ParquetOptions options, PartitionOptions partitions) {
    this.spec = spec;
    this.options = options;
    this.partitions = partitions;
  }

  @Override
  public void open() throws Exception {
    super.open();
    try {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      WriteRules rules = WriteRules.load(TableDefinition.of(spec));
      checked = Optional.of(TableCommitter.text(rules.constraints()));
      completion = RowCompletion.of(spec, rules).orElse(null);
      DeltaTableSpec written = completion == null ? spec : completion.written();
      constraints = rules.constraintsFor(spec.name(), written.rowType());
      files = TableFiles.of(written, rules, subtask, options, partitions, getMetricGroup());
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  @Override
  public void processElement(StreamRecord<RowData> element) throws Exception {
    RowData row = element.getValue();
    try {
      if (row.getRowKind() != RowKind.INSERT) {
        throw changeRefused(row.getRowKind());
      }
      if (completion != null) {
        row = completion.complete(row);
      }
      constraints.require(row);
      files.write(row);
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  private MillraceException changeRefused(RowKind kind) {
    return new MillraceException(
        ErrorCode.PRIMARY_KEY_MISSING,
        "table %s has no primary key, but its rows are changed: there is a row of kind %s"
            .formatted(spec.name(), kind),
        "declare the primary key of the table, so that changes find their rows");
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    announce(checkpointId);
  }

  @Override
  public void finish() throws Exception {
    announce(CheckpointPart.END_OF_INPUT);
    super.finish();
  }

  private void announce(long checkpointId) throws Exception {
    List<DataFile> added = requireNonNull(files, "not open").take();
    if (!added.isEmpty()) {
      output.collect(
          new StreamRecord<>(
              new WriterOutput(spec.name(), checkpointId, added, List.of(), checked)));
    }
  }

  @Override
  public void close() throws Exception {
    if (files != null) {
      files.close();
    }
    super.close();
  }
}
