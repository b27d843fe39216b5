package io.millrace.jobs.kafka;

import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/**
 * The enumerator of a bounded source that was restored, made to end.
 *
 * <p>Flink's own tells its readers that there are no more partitions only after it has found new
 * ones; restored, it usually finds none, and the job waits for ever. This one lets it look, then
 * tells them.
 *
 * <p>All on the coordinator's thread. Asynchronous calls of one enumerator run one after the other
 * on a single thread, and so do what they lead to: the second of two calls made here comes back
 * after everything that Flink's first look can start.
 */
final class EndingEnumerator extends ForwardingEnumerator {
  private boolean looked;

  EndingEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> kafka,
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    super(kafka, context);
  }

  @Override
  public void start() {
    super.start();
    afterPendingCalls(() -> afterPendingCalls(this::end));
  }

  private void afterPendingCalls(Runnable action) {
    context.callAsync(() -> true, (done, failure) -> action.run());
  }

  private void end() {
    looked = true;
    context.registeredReaders().keySet().forEach(context::signalNoMoreSplits);
  }

  @Override
  public void addReader(int subtask) {
    super.addReader(subtask);
    if (looked) {
      context.signalNoMoreSplits(subtask);
    }
  }
}
