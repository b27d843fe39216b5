package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import io.millrace.jobs.json.JsonSchemaDecoder;
import io.millrace.jobs.json.JsonVerdict;
import io.millrace.quality.QuarantineReason;
import java.io.Serializable;
import java.util.stream.IntStream;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Reads a column of JSON documents into columns.
 *
 * <p>A malformed document is counted as {@code malformed} and, where there is a quarantine table,
 * sent to {@link QuarantineRows#QUARANTINE} and counted as {@code quarantined}; it never stops the
 * job. What is malformed is said in {@link JsonSchemaDecoder}; a null value is, too.
 *
 * <p>The row emitted is reused, and its strings lie in the document that came in.
 */
public final class ParseJsonOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  /** Name of the counter of rows refused for what they hold. */
  public static final String MALFORMED = "malformed";

  /** Name of the counter of rows sent to the quarantine table. */
  public static final String QUARANTINED = "quarantined";

  /**
   * What goes where.
   *
   * @param inputType rows that come in, which are {@link FlatRow}s
   * @param provenance where they tell of their record; its raw column, STRING or BINARY, holds the
   *     documents
   * @param outputType rows that go out
   * @param passedOn for each output column the input column that it is, or -1 if it is parsed
   * @param schema the fields of a document that are looked at
   * @param targets for each of them its output column, or -1 to check it only
   * @param maxDocumentBytes longer documents are malformed
   */
  public record Columns(
      RowType inputType,
      Provenance provenance,
      RowType outputType,
      int[] passedOn,
      RowType schema,
      int[] targets,
      int maxDocumentBytes)
      implements Serializable {
    public Columns {
      requireNonNull(inputType, "inputType is null");
      requireNonNull(schema, "schema is null");
      if (provenance.raw() == Provenance.ABSENT) {
        throw new IllegalArgumentException("there is no column of documents");
      }
      if (passedOn.length != outputType.getFieldCount()) {
        throw new IllegalArgumentException(
            passedOn.length + " entries for " + outputType.getFieldCount() + " output columns");
      }
    }
  }

  private final String dataset;
  private final Columns columns;
  private final boolean quarantines;
  private final int malformed = counter(MALFORMED);
  private final int quarantined = counter(QUARANTINED);

  private final int[] copiedFrom;
  private final int[] copiedTo;
  private transient JsonSchemaDecoder decoder;
  private transient QuarantineRows quarantineRows;
  private transient FlatRow row;

  /**
   * A parser for one dataset.
   *
   * @param operator name in reports
   * @param dataset name of the dataset whose rows these become
   * @param quarantines whether somebody listens to {@link QuarantineRows#QUARANTINE}
   */
  public ParseJsonOperator(String operator, String dataset, Columns columns, boolean quarantines) {
    super(operator);
    this.dataset = requireNonNull(dataset, "dataset is null");
    this.columns = requireNonNull(columns, "columns is null");
    this.quarantines = quarantines;
    int[] passedOn = columns.passedOn();
    copiedTo = IntStream.range(0, passedOn.length).filter(i -> passedOn[i] >= 0).toArray();
    copiedFrom = IntStream.of(copiedTo).map(i -> passedOn[i]).toArray();
    // Refuses a schema that cannot be read here, not in the cluster.
    new JsonSchemaDecoder(columns.schema(), columns.targets(), columns.maxDocumentBytes());
  }

  @Override
  public void open() throws Exception {
    super.open();
    decoder =
        new JsonSchemaDecoder(columns.schema(), columns.targets(), columns.maxDocumentBytes());
    quarantineRows = new QuarantineRows(dataset, columns.provenance(), columns.inputType());
    row = new FlatRow(columns.outputType());
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    FlatRow input = (FlatRow) record.getValue();
    int raw = columns.provenance().raw();
    JsonVerdict verdict =
        input.isNullAt(raw)
            ? JsonVerdict.NULL_VALUE
            : decoder.decode(input.bufferAt(raw), input.offsetAt(raw), input.lengthAt(raw), row);
    if (verdict == JsonVerdict.OK) {
      for (int i = 0; i < copiedTo.length; i++) {
        row.copyField(input, copiedFrom[i], copiedTo[i]);
      }
      row.setRowKind(input.getRowKind());
      emit(row);
      return;
    }
    count(malformed);
    if (quarantines) {
      count(quarantined);
      String reason = verdict == JsonVerdict.NULL_VALUE ? verdict.text() : decoder.describe();
      long now = getProcessingTimeService().getCurrentProcessingTime();
      output.collect(
          QuarantineRows.QUARANTINE,
          new StreamRecord<>(quarantineRows.of(input, QuarantineReason.MALFORMED, reason, now)));
    }
  }
}
