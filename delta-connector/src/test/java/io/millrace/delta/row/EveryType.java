package io.millrace.delta.row;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;

/** One column of each type that a row may hold, with values at the edges. */
final class EveryType {
  private EveryType() {}

  record Column(LogicalType type, List<Object> values) {}

  static List<Column> columns() {
    return List.of(
        column("BOOLEAN", true, false),
        column("TINYINT", Byte.MIN_VALUE, (byte) -1, (byte) 0, Byte.MAX_VALUE),
        column("SMALLINT", Short.MIN_VALUE, (short) -1, Short.MAX_VALUE),
        column("INT", Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE),
        column("BIGINT", Long.MIN_VALUE, -1L, 0L, Long.MAX_VALUE),
        column("FLOAT", -0.0f, 1.5f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE),
        column("DOUBLE", -0.0, Math.PI, Double.NaN, Double.POSITIVE_INFINITY, Double.MAX_VALUE),
        column("DATE", -719162, 0, 20000),
        column("TIME(3)", 0, 86_399_999),
        column("INTERVAL YEAR(4) TO MONTH", -13, 25),
        column("INTERVAL DAY(2) TO SECOND(3)", -1L, 86_400_000L),
        column("DECIMAL(10, 2)", decimal("-12345678.90", 10, 2), decimal("0.00", 10, 2)),
        column("DECIMAL(18, 0)", decimal("-999999999999999999", 18, 0)),
        column("DECIMAL(19, 4)", decimal("999999999999999.9999", 19, 4)),
        column("DECIMAL(38, 10)", decimal("-9999999999999999999999999999.9999999999", 38, 10)),
        column("TIMESTAMP(3)", TimestampData.fromEpochMillis(-1), TimestampData.fromEpochMillis(0)),
        column(
            "TIMESTAMP(9)",
            TimestampData.fromEpochMillis(Long.MAX_VALUE / 2, 999_999),
            TimestampData.fromEpochMillis(-62_135_596_800_000L, 1)),
        column("TIMESTAMP_LTZ(6)", TimestampData.fromEpochMillis(1_767_225_600_123L, 456_000)),
        column("CHAR(3)", StringData.fromString("abc")),
        column(
            "STRING",
            StringData.fromString(""),
            StringData.fromString("Zürich 東京 \uD83D\uDE80"),
            StringData.fromString("x".repeat(300))),
        column("BYTES", new byte[0], new byte[] {0, -1, 127}),
        column("ARRAY<INT>", new GenericArrayData(new Integer[] {1, null, 3})),
        column(
            "MAP<STRING, BIGINT>",
            new GenericMapData(Map.of(StringData.fromString("k"), Long.MIN_VALUE))),
        column("ROW<a INT, b STRING>", GenericRowData.of(7, StringData.fromString("inner"))),
        column("MULTISET<INT>", new GenericMapData(Map.of(5, 2))));
  }

  static RowType rowType() {
    return RowType.of(columns().stream().map(Column::type).toArray(LogicalType[]::new));
  }

  /** The n-th row: every column at its n-th value, then every column null. */
  static GenericRowData row(int n) {
    List<Column> columns = columns();
    GenericRowData row = new GenericRowData(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      List<Object> values = columns.get(i).values();
      int choice = (n + i) % (values.size() + 1);
      row.setField(i, choice == values.size() ? null : values.get(choice));
    }
    return row;
  }

  static LogicalType type(String sql) {
    return LogicalTypeParser.parse(sql, EveryType.class.getClassLoader());
  }

  private static Column column(String sql, Object... values) {
    return new Column(type(sql), List.of(values));
  }

  private static DecimalData decimal(String value, int precision, int scale) {
    return DecimalData.fromBigDecimal(new BigDecimal(value), precision, scale);
  }
}
