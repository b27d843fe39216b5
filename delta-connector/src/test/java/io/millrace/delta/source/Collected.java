package io.millrace.delta.source;

import io.millrace.delta.vector.RandomRows;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Rows of a job as text, each with its kind, in this JVM. Not Flink's own collecting sink: that one
 * brings the task manager down if it is cancelled before it was opened.
 */
final class Collected {
  private static final Map<String, Queue<String>> ROWS = new ConcurrentHashMap<>();
  private static final long TIMEOUT_SECONDS = 60;

  private final String id = UUID.randomUUID().toString();

  Collected(DataStream<RowData> rows, RowType type) {
    ROWS.put(id, new ConcurrentLinkedQueue<>());
    String target = id;
    rows.map(
            row -> {
              ROWS.get(target).add(row.getRowKind().shortString() + RandomRows.text(row, type));
              return true;
            })
        .returns(Boolean.class)
        .sinkTo(new DiscardingSink<>());
  }

  List<String> rows() {
    return List.copyOf(ROWS.get(id));
  }

  /** Waits for so many rows of a job that goes on. */
  void await(JobClient job, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (ROWS.get(id).size() < count) {
      if (job.getJobStatus().get().isGloballyTerminalState()) {
        job.getJobExecutionResult().get();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("%d of %d rows came".formatted(ROWS.get(id).size(), count));
      }
      Thread.sleep(2);
    }
  }
}
