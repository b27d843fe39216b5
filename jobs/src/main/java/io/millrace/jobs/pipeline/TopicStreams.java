package io.millrace.jobs.pipeline;

import io.millrace.jobs.language.SourceFunction.ReadKafka;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.table.data.RowData;

/** Where a job has the records of its topics from. */
interface TopicStreams {
  /** Rows of {@link io.millrace.jobs.kafka.KafkaColumns#ALL}. */
  Source<RowData, ?, ?> stream(ReadKafka read);

  /** Part of the source operators' uids: each run has its own. */
  String run();
}
