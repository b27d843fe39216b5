package io.millrace.quality;

import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * The columns of every quarantine table, and their positions.
 *
 * <p>A row of it is a source record that a dataset refused: the record itself, where it came from,
 * why it was refused and when. Columns of unknown origin are NULL.
 */
public final class QuarantineSchema {
  /**
   * The record as text. Where its bytes are no UTF-8, U+FFFD stands for what is not and {@link
   * #RAW_BYTES} holds the bytes. Where a dataset has no raw record, the refused row as JSON. NULL
   * if the record's value was null.
   */
  public static final int RAW = 0;

  /** The record's bytes if they are no UTF-8, else NULL. */
  public static final int RAW_BYTES = 1;

  public static final int KAFKA_TOPIC = 2;
  public static final int KAFKA_PARTITION = 3;
  public static final int KAFKA_OFFSET = 4;

  /** The record's timestamp in Kafka. */
  public static final int KAFKA_TS = 5;

  /** The dataset that refused the record. */
  public static final int DATASET = 6;

  /** The expectation that refused it, or {@link QuarantineReason#MALFORMED}. */
  public static final int RULE = 7;

  /** Why, for a person; see {@link QuarantineReason}. */
  public static final int REASON = 8;

  /** When, by the clock of the machine that refused it, UTC. */
  public static final int QUARANTINED_AT = 9;

  public static final RowType ROW_TYPE =
      RowType.of(
          new LogicalType[] {
            VarCharType.STRING_TYPE,
            new VarBinaryType(VarBinaryType.MAX_LENGTH),
            VarCharType.STRING_TYPE,
            new IntType(),
            new BigIntType(),
            new TimestampType(3),
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            new TimestampType(3)
          },
          new String[] {
            "raw",
            "raw_bytes",
            "kafka_topic",
            "kafka_partition",
            "kafka_offset",
            "kafka_ts",
            "dataset",
            "rule",
            "reason",
            "quarantined_at"
          });

  private QuarantineSchema() {}
}
