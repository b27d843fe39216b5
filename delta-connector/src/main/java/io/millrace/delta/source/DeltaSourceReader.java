package io.millrace.delta.source;

import java.util.Map;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.types.RowKind;

/**
 * Emits the rows of its splits. A batch is emitted as a whole, so that a checkpoint falls between
 * batches, and the position of a split is a number of rows.
 */
final class DeltaSourceReader
    extends SingleThreadMultiplexSourceReaderBase<
        RowBatch, RowData, DeltaSplit, DeltaSourceReader.Progress> {

  /** How far a split has been read. Owned by the task's thread. */
  static final class Progress {
    private final DeltaSplit split;
    private long position;

    Progress(DeltaSplit split) {
      this.split = split;
      this.position = split.position();
    }
  }

  DeltaSourceReader(SourceSpec spec, SourceReaderContext context) {
    super(
        () -> new DeltaSplitReader(spec),
        new Emitter(context.metricGroup().getIOMetricGroup().getNumRecordsInCounter()),
        context.getConfiguration(),
        context);
  }

  @Override
  public void start() {
    // After a restore there may be splits to finish first.
    if (getNumberOfCurrentlyAssignedSplits() == 0) {
      context.sendSplitRequest();
    }
  }

  @Override
  protected void onSplitFinished(Map<String, Progress> finished) {
    if (getNumberOfCurrentlyAssignedSplits() == 0) {
      context.sendSplitRequest();
    }
  }

  @Override
  protected Progress initializedState(DeltaSplit split) {
    return new Progress(split);
  }

  @Override
  protected DeltaSplit toSplitType(String splitId, Progress progress) {
    return progress.split.withPosition(progress.position);
  }

  private static final class Emitter implements RecordEmitter<RowBatch, RowData, Progress> {
    private static final RowKind[] KINDS = RowKind.values();

    private final Counter records;

    Emitter(Counter records) {
      this.records = records;
    }

    @Override
    public void emitRecord(RowBatch batch, SourceOutput<RowData> output, Progress progress) {
      ColumnarRowData row = new ColumnarRowData(batch.vectors());
      row.setRowKind(KINDS[batch.kind()]);
      int[] selected = batch.selected();
      byte[] kinds = batch.kinds();
      int count = batch.count();
      for (int i = 0; i < count; i++) {
        row.setRowId(selected == null ? i : selected[i]);
        if (kinds != null) {
          row.setRowKind(KINDS[kinds[i]]);
        }
        output.collect(row);
      }
      // The base class has counted the batch as one record.
      records.inc(count - 1L);
      progress.position = batch.nextPosition();
    }
  }
}
