package io.millrace.delta.vector;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;

/** Random values of any type of Delta's, and values as text that can be compared. */
public final class RandomRows {
  /** Every type that a Delta table has, nested ones in each other. */
  public static final RowType EVERYTHING =
      (RowType)
          type(
              "ROW<id BIGINT NOT NULL, `flag` BOOLEAN, `tiny` TINYINT, `small` SMALLINT, `number` INT,"
                  + " `big` BIGINT, `single` FLOAT, `twice` DOUBLE, `text` STRING, `few` STRING, `bytes` BYTES,"
                  + " d7 DECIMAL(7, 2), d18 DECIMAL(18, 3), d38 DECIMAL(38, 10), `day` DATE,"
                  + " `local_time` TIMESTAMP(6), `instant` TIMESTAMP_LTZ(6),"
                  + " `list` ARRAY<INT>, `lists` ARRAY<ARRAY<STRING>>,"
                  + " `map` MAP<STRING, BIGINT>, `rows` ARRAY<ROW<a INT, b MAP<INT, STRING>>>,"
                  + " `inner_row` ROW<x DOUBLE, y ROW<z STRING, t TIMESTAMP(6), d DECIMAL(20, 1)>,"
                  + " l ARRAY<TIMESTAMP_LTZ(6)>>>");

  private final Random random;

  public RandomRows(long seed) {
    random = new Random(seed);
  }

  public static LogicalType type(String sql) {
    return LogicalTypeParser.parse(sql, RandomRows.class.getClassLoader());
  }

  public GenericRowData row(RowType type) {
    GenericRowData row = new GenericRowData(type.getFieldCount());
    for (int i = 0; i < type.getFieldCount(); i++) {
      row.setField(i, value(type.getTypeAt(i)));
    }
    return row;
  }

  private Object value(LogicalType type) {
    if (type.isNullable() && random.nextInt(5) == 0) {
      return null;
    }
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> random.nextBoolean();
      case TINYINT -> (byte) random.nextInt();
      case SMALLINT -> (short) random.nextInt();
      case INTEGER -> random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(10);
      case DATE -> random.nextInt(100_000) - 20_000;
      case BIGINT -> random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(100);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextGaussian();
      case VARCHAR ->
          StringData.fromString(
              random.nextInt(3) == 0
                  ? "é" + Long.toString(random.nextLong(), 36)
                  : "v" + random.nextInt(5));
      case VARBINARY -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield bytes;
      }
      case DECIMAL -> decimal((DecimalType) type);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          TimestampData.fromEpochMillis(random.nextLong() / 5_000_000, random.nextInt(1000) * 1000);
      case ARRAY -> {
        Object[] elements = new Object[random.nextInt(4)];
        Arrays.setAll(elements, i -> value(((ArrayType) type).getElementType()));
        yield new GenericArrayData(elements);
      }
      case MAP -> {
        MapType map = (MapType) type;
        Map<Object, Object> entries = new LinkedHashMap<>();
        int size = random.nextInt(3);
        while (entries.size() < size) {
          entries.put(value(map.getKeyType().copy(false)), value(map.getValueType()));
        }
        yield new GenericMapData(entries);
      }
      case ROW -> row((RowType) type);
      default -> throw new IllegalArgumentException("type " + type);
    };
  }

  private DecimalData decimal(DecimalType type) {
    BigInteger unscaled = new BigInteger(120, random).mod(BigInteger.TEN.pow(type.getPrecision()));
    return DecimalData.fromBigDecimal(
        new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), type.getScale()),
        type.getPrecision(),
        type.getScale());
  }

  /** A row as text; two rows have the same if they are the same. */
  public static String text(RowData row, RowType type) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < type.getFieldCount(); i++) {
      Object value = RowData.createFieldGetter(type.getTypeAt(i), i).getFieldOrNull(row);
      fields.add(text(value, type.getTypeAt(i)));
    }
    return fields.toString();
  }

  private static String text(Object value, LogicalType type) {
    if (value == null) {
      return "null";
    }
    return switch (type.getTypeRoot()) {
      case BINARY, VARBINARY -> Arrays.toString((byte[]) value);
      case ARRAY -> elements((ArrayData) value, ((ArrayType) type).getElementType()).toString();
      case MAP -> {
        MapData map = (MapData) value;
        yield elements(map.keyArray(), ((MapType) type).getKeyType())
            + "->"
            + elements(map.valueArray(), ((MapType) type).getValueType());
      }
      case ROW -> text((RowData) value, (RowType) type);
      default -> value.toString();
    };
  }

  private static List<String> elements(ArrayData array, LogicalType type) {
    ArrayData.ElementGetter getter = ArrayData.createElementGetter(type);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      texts.add(text(getter.getElementOrNull(array, i), type));
    }
    return texts;
  }
}
