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

  private final @Nullable DrainListener staying;

  /**
   * @param staying told when a bounded source has read everything, and the source stays then; null:
   *     the source ends
   */
  GapRefusingSource(
      KafkaTopicSource topic, KafkaSource<RowData> kafka, @Nullable DrainListener staying) {
    this.topic = topic;
    this.kafka = kafka;
    this.staying = staying;
  }

  @Override
  public Boundedness getBoundedness() {
    return kafka.getBoundedness();
  }

  @Override
  public SourceReader<RowData, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return new Reader(kafka.createReader(context), topic, staying == null ? null : context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return counting(kafka.createEnumerator(context), context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState checkpoint)
      throws Exception {
    SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restored =
        kafka.restoreEnumerator(context, checkpoint);
    return counting(topic.bounded() ? new EndingEnumerator(restored, context) : restored, context);
  }

  private SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> counting(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return staying == null ? enumerator : new DrainEnumerator(enumerator, context, staying);
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
    private final @Nullable SourceReaderContext staying;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean drained;

    /**
     * @param staying where to tell that everything has been read; null to end then
     */
    Reader(
        SourceReader<RowData, KafkaPartitionSplit> kafka,
        KafkaTopicSource topic,
        @Nullable SourceReaderContext staying) {
      this.kafka = kafka;
      this.topic = topic;
      this.staying = staying;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<RowData> output) throws Exception {
      if (drained) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      try {
        InputStatus status = kafka.pollNext(output);
        if (status != InputStatus.END_OF_INPUT || staying == null) {
          return status;
        }
        drained = true;
        staying.sendSourceEventToCoordinator(new DrainEnumerator.ReaderDrained());
        return InputStatus.NOTHING_AVAILABLE;
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
      return drained ? closed : kafka.isAvailable();
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
      closed.complete(null);
      kafka.close();
    }
  }
}
