package io.millrace.delta.source;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.jspecify.annotations.Nullable;

/** Reads the splits of one reader, one after the other, on a thread of its own. */
final class DeltaSplitReader implements SplitReader<RowBatch, DeltaSplit> {
  private final SourceSpec spec;
  private final Deque<DeltaSplit> waiting = new ArrayDeque<>();
  private @Nullable SplitRows open;
  private long emitted;

  DeltaSplitReader(SourceSpec spec) {
    this.spec = spec;
  }

  @Override
  public RecordsWithSplitIds<RowBatch> fetch() throws IOException {
    SplitRows rows = open;
    DeltaSplit split = rows == null ? waiting.poll() : rows.split();
    if (split == null) {
      return new Fetched(null, null, Set.of());
    }
    if (emitted >= spec.limit()) {
      return finish(split);
    }
    try {
      if (rows == null) {
        rows = SplitRows.open(spec, split);
        open = rows;
      }
      RowBatch batch = rows.next();
      if (batch == null) {
        return finish(split);
      }
      emitted += batch.count();
      return new Fetched(split.splitId(), batch, Set.of());
    } catch (IOException | RuntimeException e) {
      throw ReadFailures.unlessCurable(ReadFailures.of(spec.path(), split, e));
    }
  }

  private Fetched finish(DeltaSplit split) throws IOException {
    close();
    return new Fetched(null, null, Set.of(split.splitId()));
  }

  @Override
  public void handleSplitsChanges(SplitsChange<DeltaSplit> change) {
    if (!(change instanceof SplitsAddition)) {
      throw new UnsupportedOperationException("splits are only added, not " + change);
    }
    waiting.addAll(change.splits());
  }

  /** Nothing to do: a fetch never waits for anything but the disk. */
  @Override
  public void wakeUp() {}

  @Override
  public void close() throws IOException {
    SplitRows rows = open;
    open = null;
    if (rows != null) {
      rows.close();
    }
  }

  /** One batch, or the end of a split. */
  private static final class Fetched implements RecordsWithSplitIds<RowBatch> {
    private final @Nullable RowBatch whole;
    private final Set<String> finished;
    private @Nullable String splitId;
    private @Nullable RowBatch batch;

    Fetched(@Nullable String splitId, @Nullable RowBatch batch, Set<String> finished) {
      this.splitId = splitId;
      this.batch = batch;
      this.whole = batch;
      this.finished = finished;
    }

    @Override
    public @Nullable String nextSplit() {
      String next = splitId;
      splitId = null;
      return next;
    }

    @Override
    public @Nullable RowBatch nextRecordFromSplit() {
      RowBatch next = batch;
      batch = null;
      return next;
    }

    @Override
    public Set<String> finishedSplits() {
      return finished;
    }

    @Override
    public void recycle() {
      if (whole != null) {
        whole.recycler().run();
      }
    }
  }
}
