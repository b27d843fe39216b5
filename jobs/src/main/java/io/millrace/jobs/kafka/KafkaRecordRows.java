package io.millrace.jobs.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowTypeInfo;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Kafka records as rows of some of {@link KafkaColumns}. One row is reused for all records and
 * borrows the bytes of the record at hand.
 */
final class KafkaRecordRows implements KafkaRecordDeserializationSchema<RowData> {
  private static final long serialVersionUID = 1;
  private static final int NOT_ASKED_FOR = -1;

  private final RowType columns;
  private final int key;
  private final int value;
  private final int topic;
  private final int partition;
  private final int offset;
  private final int timestamp;
  private final int timestampType;

  private transient FlatRow row;
  private transient @Nullable String lastTopic;
  private transient byte[] lastTopicBytes;

  KafkaRecordRows(RowType columns) {
    this.columns = columns;
    key = position(KafkaColumns.KEY);
    value = position(KafkaColumns.VALUE);
    topic = position(KafkaColumns.TOPIC);
    partition = position(KafkaColumns.PARTITION);
    offset = position(KafkaColumns.OFFSET);
    timestamp = position(KafkaColumns.TIMESTAMP);
    timestampType = position(KafkaColumns.TIMESTAMP_TYPE);
  }

  private int position(String name) {
    return columns.getFieldNames().indexOf(name);
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    row = new FlatRow(columns);
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RowData> out) {
    put(key, record.key());
    put(value, record.value());
    if (topic != NOT_ASKED_FOR) {
      // The client hands out one String object a partition.
      if (!record.topic().equals(lastTopic)) {
        lastTopic = record.topic();
        lastTopicBytes = lastTopic.getBytes(UTF_8);
      }
      row.setBytes(topic, lastTopicBytes, 0, lastTopicBytes.length);
    }
    if (partition != NOT_ASKED_FOR) {
      row.setLong(partition, record.partition());
    }
    if (offset != NOT_ASKED_FOR) {
      row.setLong(offset, record.offset());
    }
    if (timestamp != NOT_ASKED_FOR) {
      if (record.timestampType() == TimestampType.NO_TIMESTAMP_TYPE) {
        row.setNull(timestamp);
      } else {
        row.setTimestamp(timestamp, record.timestamp(), 0);
      }
    }
    if (timestampType != NOT_ASKED_FOR) {
      row.setLong(timestampType, record.timestampType().id);
    }
    out.collect(row);
  }

  private void put(int position, byte @Nullable [] bytes) {
    if (position == NOT_ASKED_FOR) {
      return;
    }
    if (bytes == null) {
      row.setNull(position);
    } else {
      row.setBytes(position, bytes, 0, bytes.length);
    }
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return new FlatRowTypeInfo(columns);
  }
}
