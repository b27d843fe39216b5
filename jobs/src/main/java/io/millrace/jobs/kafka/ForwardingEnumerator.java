package io.millrace.jobs.kafka;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/** Flink's enumerator of Kafka partitions, in which subclasses change one thing. */
abstract sealed class ForwardingEnumerator
    implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState>
    permits DrainEnumerator, EndingEnumerator {
  private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka;
  final SplitEnumeratorContext<KafkaPartitionSplit> context;

  ForwardingEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka,
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    this.kafka = kafka;
    this.context = context;
  }

  @Override
  public void start() {
    kafka.start();
  }

  @Override
  public void addReader(int subtask) {
    kafka.addReader(subtask);
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    kafka.handleSplitRequest(subtask, host);
  }

  @Override
  public void handleSourceEvent(int subtask, SourceEvent event) {
    kafka.handleSourceEvent(subtask, event);
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
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
