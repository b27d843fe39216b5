package io.millrace.jobs.kafka;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.table.data.RowData;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/**
 * Flink's Kafka source, but for three things:
 *
 * <ul>
 *   <li>an offset out of range fails the job for good, with SOURCE_GAP and the numbers: a restart
 *       would only find the same hole;
 *   <li>whether to stop is what this source says, not what a restored split remembers. Flink keeps
 *       the stopping offset in the split, so that a bounded source restored from an unbounded run
 *       would never end, and an unbounded one from a bounded run would;
 *   <li>a bounded source that was restored ends, see {@link EndingEnumerator}.
 * </ul>
 */
final class GapRefusingSource
    implements Source<RowData, KafkaPartitionSplit, KafkaSourceEnumState>,
        ResultTypeQueryable<RowData> {
  private static final long serialVersionUID = 1;

  private final KafkaTopicSource topic;
  private final KafkaSource<RowData> kafka;

  GapRefusingSource(KafkaTopicSource topic, KafkaSource<RowData> kafka) {
    this.topic = topic;
    this.kafka = kafka;
  }

  @Override
  public Boundedness getBoundedness() {
    return kafka.getBoundedness();
  }

  @Override
  public SourceReader<RowData, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return new Reader(kafka.createReader(context), topic);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return kafka.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState checkpoint)
      throws Exception {
    SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restored =
        kafka.restoreEnumerator(context, checkpoint);
    return topic.bounded() ? new EndingEnumerator(restored, context) : restored;
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return kafka.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return kafka.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return kafka.getProducedType();
  }

  private static final class Reader implements SourceReader<RowData, KafkaPartitionSplit> {
    private final SourceReader<RowData, KafkaPartitionSplit> kafka;
    private final KafkaTopicSource topic;

    Reader(SourceReader<RowData, KafkaPartitionSplit> kafka, KafkaTopicSource topic) {
      this.kafka = kafka;
      this.topic = topic;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RowData> output) throws Exception {
      try {
        return kafka.pollNext(output);
      } catch (Exception e) {
        OffsetOutOfRangeException gap = gapIn(e);
        if (gap == null) {
          throw e;
        }
        throw new SuppressRestartsException(KafkaTopics.gap(topic, gap));
      }
    }

    private static @Nullable OffsetOutOfRangeException gapIn(Throwable failure) {
      for (Throwable t = failure; t != null; t = t.getCause()) {
        if (t instanceof OffsetOutOfRangeException gap) {
          return gap;
        }
      }
      return null;
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
      kafka.addSplits(splits.stream().map(this::boundedAsThisSource).toList());
    }

    private KafkaPartitionSplit boundedAsThisSource(KafkaPartitionSplit split) {
      if (topic.bounded() == split.getStoppingOffset().isPresent()) {
        return split;
      }
      return new KafkaPartitionSplit(
          split.getTopicPartition(),
          split.getStartingOffset(),
          topic.bounded()
              ? KafkaPartitionSplit.LATEST_OFFSET
              : KafkaPartitionSplit.NO_STOPPING_OFFSET);
    }

    @Override
    public void start() {
      kafka.start();
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
      return kafka.snapshotState(checkpointId);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return kafka.isAvailable();
    }

    @Override
    public void notifyNoMoreSplits() {
      kafka.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
      kafka.handleSourceEvents(event);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
      kafka.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
      kafka.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
      kafka.pauseOrResumeSplits(pause, resume);
    }

    @Override
    public void close() throws Exception {
      kafka.close();
    }
  }
}
