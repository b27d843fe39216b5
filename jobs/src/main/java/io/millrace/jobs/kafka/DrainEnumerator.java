package io.millrace.jobs.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/** Counts the readers that have read all that they will get. All on the coordinator's thread. */
final class DrainEnumerator implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
  private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka;
  private final SplitEnumeratorContext<KafkaPartitionSplit> context;
  private final DrainListener listener;
  private final Set<Integer> drained = new HashSet<>();

  DrainEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      DrainListener listener) {
    this.kafka = kafka;
    this.context = context;
    this.listener = listener;
  }

  /** A reader has nothing left and gets nothing more. */
  record ReaderDrained() implements SourceEvent {
    private static final long serialVersionUID = 1;
  }

  @Override
  public void start() {
    tell(false);
    kafka.start();
  }

  @Override
  public void addReader(int subtask) {
    if (drained.remove(subtask)) {
      tell(false);
    }
    kafka.addReader(subtask);
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    if (event instanceof ReaderDrained) {
      drained.add(subtask);
      if (drained.size() == context.currentParallelism()) {
        tell(true);
      }
    } else {
      kafka.handleSourceEvent(subtask, event);
    }
  }

  private void tell(boolean all) {
    try {
      listener.changed(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    kafka.handleSplitRequest(subtask, host);
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    if (drained.remove(subtask)) {
      tell(false);
    }
    kafka.addSplitsBack(splits, subtask);
  }

  @Override
  public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
    return kafka.snapshotState(checkpointId);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    kafka.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void close() throws IOException {
    kafka.close();
  }
}
