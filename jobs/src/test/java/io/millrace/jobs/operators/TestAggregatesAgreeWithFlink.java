package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.row.FlatRow;
import io.millrace.jobs.operators.AggregateCall.Kind;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.conversion.RowRowConverter;
import org.apache.flink.table.runtime.typeutils.ExternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;

/** The same rows through Flink's planner and through our operators: same types, same results. */
class TestAggregatesAgreeWithFlink {
  private static final String COLUMNS =
      "k STRING, t TINYINT, s SMALLINT, i INT NOT NULL, l BIGINT, f FLOAT, d DOUBLE,"
          + " small DECIMAL(10, 2), zero DECIMAL(18, 0) NOT NULL, big DECIMAL(38, 10),"
          + " due DATE, clock TIME(0), ts TIMESTAMP(6), tz TIMESTAMP_LTZ(3), b BOOLEAN";
  private static final RowType TYPE = Harnesses.rowType("ROW<" + COLUMNS + ">");
  private static final int ROWS = 400;

  private static List<Row> rows() {
    Random random = new Random(11);
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < ROWS; n++) {
      Row row = Row.withNames();
      int group = random.nextInt(8);
      row.setField("k", group == 7 ? null : "group" + group);
      row.setField("t", (byte) random.nextInt());
      row.setField("s", (short) random.nextInt());
      row.setField("i", random.nextInt());
      row.setField("l", random.nextLong());
      // Quarters add up without rounding, in whatever order.
      row.setField("f", random.nextInt(-4000, 4000) / 4f);
      row.setField("d", random.nextInt() / 4d);
      row.setField("small", BigDecimal.valueOf(random.nextInt(-999_999, 999_999), 2));
      row.setField("zero", BigDecimal.valueOf(random.nextLong(-1_000_000_000_000_000L, 9)));
      row.setField(
          "big",
          new BigDecimal(random.nextLong())
              .multiply(new BigDecimal("1234567.000000001"))
              .setScale(10));
      row.setField("due", LocalDate.ofEpochDay(random.nextInt(40_000)));
      row.setField("clock", LocalTime.ofSecondOfDay(random.nextInt(86_400)));
      row.setField(
          "ts",
          LocalDateTime.ofEpochSecond(
              random.nextInt(), random.nextInt(1_000_000) * 1000, ZoneOffset.UTC));
      row.setField("tz", Instant.ofEpochMilli(random.nextInt() * 1000L + 17));
      row.setField("b", random.nextBoolean());
      for (String column : TYPE.getFieldNames()) {
        if (TYPE.getTypeAt(TYPE.getFieldIndex(column)).isNullable()
            && !column.equals("k")
            && (group == 3 || random.nextInt(5) == 0)) {
          row.setField(column, null);
        }
      }
      rows.add(Row.of(TYPE.getFieldNames().stream().map(row::getField).toArray()));
    }
    return rows;
  }

  @Test
  void typesAndResultsAreTheSame() throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
    environment.setParallelism(1);
    StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
    DataType type = TypeConversions.fromLogicalToDataType(TYPE);
    tables.createTemporaryView(
        "input", environment.fromData(rows(), ExternalTypeInfo.<Row>of(type)));

    List<AggregateCall> calls = new ArrayList<>();
    StringBuilder sql = new StringBuilder("SELECT k, COUNT(*) AS c");
    calls.add(AggregateCall.countStar("c"));
    for (int column = 1; column < TYPE.getFieldCount(); column++) {
      for (Kind kind : Kind.values()) {
        String name = TYPE.getFieldNames().get(column);
        if (kind != Kind.COUNT_STAR
            && AggregateCall.supports(kind, TYPE.getTypeAt(column))
            // Flink has neither MIN nor MAX of BOOLEAN.
            && !(name.equals("b") && kind != Kind.COUNT)) {
          String as = name + "_" + kind;
          calls.add(AggregateCall.of(as, kind, column, TYPE.getTypeAt(column)));
          sql.append(", ").append(kind).append('(').append(name).append(") AS ").append(as);
        }
      }
    }
    assertThat(calls).hasSizeGreaterThan(50);
    Aggregation aggregation =
        new Aggregation(TYPE, ChangelogMode.insertOnly(), new int[] {0}, calls);

    Table query = tables.sqlQuery(sql + " FROM input GROUP BY k");
    RowType expectedType = (RowType) query.getResolvedSchema().toSinkRowDataType().getLogicalType();
    assertThat(expectedType.getFields()).isEqualTo(aggregation.outputType().getFields());

    Map<String, FlatRow> expected = new HashMap<>();
    try (CloseableIterator<RowData> results =
        ((TableResultInternal) query.execute()).collectInternal()) {
      while (results.hasNext()) {
        FlatRow row = new FlatRow(aggregation.outputType());
        row.copyFrom(results.next());
        expected.put(row.isNullAt(0) ? "" : row.getString(0).toString(), row.copy());
      }
    }
    assertThat(expected).hasSize(8);
    assertThat(ours(aggregation)).isEqualTo(expected);
  }

  private static Map<String, FlatRow> ours(Aggregation aggregation) throws Exception {
    Map<String, FlatRow> totals = new HashMap<>();
    RowRowConverter converter = RowRowConverter.create(TypeConversions.fromLogicalToDataType(TYPE));
    converter.open(TestAggregatesAgreeWithFlink.class.getClassLoader());
    try (var local =
            Harnesses.open(
                new LocalAggregateOperator("local", aggregation, 5), aggregation.partialType());
        var global =
            Harnesses.keyed(
                new GlobalAggregateOperator("global", aggregation),
                aggregation.partialKeySelector(),
                aggregation.outputType(),
                1,
                0)) {
      global.open();
      int n = 0;
      for (Row row : rows()) {
        local.processElement(new StreamRecord<>(converter.toInternal(row)));
        if (n++ % 97 == 0) {
          local.prepareSnapshotPreBarrier(n);
          global.prepareSnapshotPreBarrier(n);
        }
      }
      local.getOneInputOperator().finish();
      for (RowData partial : Harnesses.drain(local)) {
        global.processElement(new StreamRecord<>(partial));
      }
      global.getOneInputOperator().finish();
      for (RowData row : Harnesses.drain(global)) {
        row.setRowKind(RowKind.INSERT);
        totals.put(row.isNullAt(0) ? "" : row.getString(0).toString(), (FlatRow) row);
      }
    }
    return totals;
  }
}
