package io.millrace.jobs.operators;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.json.Utf8;
import io.millrace.quality.QuarantineSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.OutputTag;

/**
 * Makes rows of {@link QuarantineSchema} of the rows that an operator refuses. One per operator,
 * built where it runs; the row it answers is overwritten by the next call and borrows bytes of the
 * refused one.
 */
public final class QuarantineRows {
  /** Where operators send what they refuse. */
  public static final OutputTag<RowData> QUARANTINE =
      new OutputTag<>("quarantine", new FlatRowTypeInfo(QuarantineSchema.ROW_TYPE));

  private final Provenance provenance;
  private final RowJson rowJson;
  private final FlatRow refused;
  private final FlatRow row = new FlatRow(QuarantineSchema.ROW_TYPE);

  QuarantineRows(String dataset, Provenance provenance, RowType inputType) {
    this.provenance = provenance;
    rowJson = new RowJson(inputType);
    refused = new FlatRow(inputType);
    row.setString(QuarantineSchema.DATASET, dataset);
  }

  /**
   * The quarantine row of a refused one.
   *
   * @param nowMillis when, milliseconds since 1970
   */
  FlatRow of(RowData input, String rule, String reason, long nowMillis) {
    FlatRow from = flat(input);
    putRaw(from);
    put(QuarantineSchema.KAFKA_TOPIC, from, provenance.topic());
    put(QuarantineSchema.KAFKA_PARTITION, from, provenance.partition());
    put(QuarantineSchema.KAFKA_OFFSET, from, provenance.offset());
    put(QuarantineSchema.KAFKA_TS, from, provenance.timestamp());
    row.setString(QuarantineSchema.RULE, rule);
    row.setString(QuarantineSchema.REASON, reason);
    row.setTimestamp(QuarantineSchema.QUARANTINED_AT, nowMillis, 0);
    return row;
  }

  private FlatRow flat(RowData input) {
    if (input instanceof FlatRow flat) {
      return flat;
    }
    refused.copyFrom(input);
    return refused;
  }

  private void put(int target, FlatRow from, int position) {
    if (position == Provenance.ABSENT) {
      row.setNull(target);
    } else {
      FlatRows.setField(row, target, from, position);
    }
  }

  private void putRaw(FlatRow from) {
    row.setNull(QuarantineSchema.RAW_BYTES);
    int raw = provenance.raw();
    if (raw == Provenance.ABSENT) {
      row.setString(QuarantineSchema.RAW, rowJson.of(from));
      return;
    }
    if (from.isNullAt(raw)) {
      row.setNull(QuarantineSchema.RAW);
      return;
    }
    byte[] bytes = from.bufferAt(raw);
    int offset = from.offsetAt(raw);
    int length = from.lengthAt(raw);
    if (Utf8.firstInvalid(bytes, offset, offset + length) < 0) {
      row.setBytes(QuarantineSchema.RAW, bytes, offset, length);
    } else {
      row.setString(QuarantineSchema.RAW, new String(bytes, offset, length, UTF_8));
      row.setBytes(QuarantineSchema.RAW_BYTES, bytes, offset, length);
    }
  }
}
