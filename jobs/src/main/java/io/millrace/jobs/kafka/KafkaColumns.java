package io.millrace.jobs.kafka;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.language.Suggestion;
import java.util.List;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;

/** The columns that {@code read_kafka} offers, named as on Databricks. */
public final class KafkaColumns {
  /** The record's key; NULL if it has none. */
  public static final String KEY = "key";

  /** The record's value; NULL if it is a tombstone. */
  public static final String VALUE = "value";

  public static final String TOPIC = "topic";
  public static final String PARTITION = "partition";
  public static final String OFFSET = "offset";

  /** The record's timestamp, UTC; NULL if it has none. */
  public static final String TIMESTAMP = "timestamp";

  /** 0 if the producer set the timestamp, 1 if the broker did, -1 if there is none. */
  public static final String TIMESTAMP_TYPE = "timestampType";

  /** All of them. */
  public static final RowType ALL =
      RowType.of(
          new LogicalType[] {
            new VarBinaryType(VarBinaryType.MAX_LENGTH),
            new VarBinaryType(VarBinaryType.MAX_LENGTH),
            VarCharType.STRING_TYPE.copy(false),
            new IntType(false),
            new BigIntType(false),
            new TimestampType(3),
            new IntType(false)
          },
          new String[] {KEY, VALUE, TOPIC, PARTITION, OFFSET, TIMESTAMP, TIMESTAMP_TYPE});

  private KafkaColumns() {}

  /**
   * Some of them, in this order.
   *
   * @throws MillraceException COLUMN_NOT_FOUND for another name
   */
  public static RowType select(List<String> names) {
    List<String> known = ALL.getFieldNames();
    LogicalType[] types = new LogicalType[names.size()];
    for (int i = 0; i < types.length; i++) {
      int position = known.indexOf(names.get(i));
      if (position < 0) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "read_kafka has no column " + names.get(i),
            Suggestion.remedy(names.get(i), known, "its columns are"));
      }
      types[i] = ALL.getTypeAt(position);
    }
    return RowType.of(types, names.toArray(String[]::new));
  }
}
