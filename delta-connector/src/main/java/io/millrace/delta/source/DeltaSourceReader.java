package io.millrace.delta.source;

import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

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

  private @Nullable WholeOutput output;

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
  public InputStatus pollNext(ReaderOutput<RowData> rows) throws Exception {
    WholeOutput known = output;
    if (known == null || known.rows != rows) {
      known = new WholeOutput(rows);
      output = known;
    }
    return super.pollNext(known);
  }

  /**
   * One output for all splits. A reader has one at a time, and Flink forgets the watermark of a
   * split that ends before the next periodic one is due, which most small files do.
   */
  private record WholeOutput(ReaderOutput<RowData> rows) implements ReaderOutput<RowData> {
    @Override
    public SourceOutput<RowData> createOutputForSplit(String splitId) {
      return rows;
    }

    @Override
    public void releaseOutputForSplit(String splitId) {}

    @Override
    public void collect(RowData row) {
      rows.collect(row);
    }

    @Override
    public void collect(RowData row, long timestamp) {
      rows.collect(row, timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      rows.emitWatermark(watermark);
    }

    @Override
    public void markIdle() {
      rows.markIdle();
    }

    @Override
    public void markActive() {
      rows.markActive();
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
