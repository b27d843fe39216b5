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

/** Counts the readers that have read all that they will get. All on the coordinator's thread. */
final class DrainEnumerator extends ForwardingEnumerator {
  private final DrainListener listener;
  private final Set<Integer> drained = new HashSet<>();

  DrainEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      DrainListener listener) {
    super(kafka, context);
    this.listener = listener;
  }

  /** A reader has nothing left and gets nothing more. */
  record ReaderDrained() implements SourceEvent {
    private static final long serialVersionUID = 1;
  }

  @Override
  public void start() {
    tell(false);
    super.start();
  }

  @Override
  public void addReader(int subtask) {
    if (drained.remove(subtask)) {
      tell(false);
    }
    super.addReader(subtask);
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    if (event instanceof ReaderDrained) {
      drained.add(subtask);
      if (drained.size() == context.currentParallelism()) {
        tell(true);
      }
    } else {
      super.handleSourceEvent(subtask, event);
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
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    if (drained.remove(subtask)) {
      tell(false);
    }
    super.addSplitsBack(splits, subtask);
  }
}
