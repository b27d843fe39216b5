package io.millrace.jobs.operators;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * A row as a JSON object, in the spelling that {@link io.millrace.jobs.json.JsonSchemaDecoder}
 * reads; columns that are NULL are written as null. Maps whose keys are no texts become arrays of
 * pairs; NaN and the infinite become texts.
 */
final class RowJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final RowType rowType;

  RowJson(RowType rowType) {
    this.rowType = rowType;
  }

  String of(RowData row) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      object(json, row, rowType);
    } catch (IOException e) {
      throw new UncheckedIOException("a row in memory cannot be written", e);
    }
    return text.toString();
  }

  private static void object(JsonGenerator json, RowData row, RowType type) throws IOException {
    json.writeStartObject();
    for (int i = 0; i < type.getFieldCount(); i++) {
      json.writeFieldName(type.getFieldNames().get(i));
      LogicalType fieldType = type.getTypeAt(i);
      value(
          json, RowData.createFieldGetter(fieldType.copy(true), i).getFieldOrNull(row), fieldType);
    }
    json.writeEndObject();
  }

  private static void value(JsonGenerator json, @Nullable Object value, LogicalType type)
      throws IOException {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (type.getTypeRoot()) {
      case BOOLEAN -> json.writeBoolean((boolean) value);
      case TINYINT, SMALLINT, INTEGER, BIGINT -> json.writeNumber(((Number) value).longValue());
      case FLOAT -> json.writeNumber((float) value);
      case DOUBLE -> json.writeNumber((double) value);
      case DECIMAL -> json.writeNumber(value.toString());
      case BINARY, VARBINARY -> json.writeBinary((byte[]) value);
      case DATE -> json.writeString(LocalDate.ofEpochDay((int) value).toString());
      case TIME_WITHOUT_TIME_ZONE ->
          json.writeString(LocalTime.ofNanoOfDay((int) value * 1_000_000L).toString());
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          json.writeString(
              ((TimestampData) value).toLocalDateTime().atOffset(ZoneOffset.UTC).toString());
      case ROW -> object(json, (RowData) value, (RowType) type);
      case ARRAY -> array(json, (ArrayData) value, ((ArrayType) type).getElementType());
      case MAP -> map(json, (MapData) value, (MapType) type);
      default -> json.writeString(value.toString());
    }
  }

  private static void array(JsonGenerator json, ArrayData array, LogicalType elementType)
      throws IOException {
    ArrayData.ElementGetter elements = ArrayData.createElementGetter(elementType.copy(true));
    json.writeStartArray();
    for (int i = 0; i < array.size(); i++) {
      value(json, elements.getElementOrNull(array, i), elementType);
    }
    json.writeEndArray();
  }

  private static void map(JsonGenerator json, MapData map, MapType type) throws IOException {
    LogicalType keyType = type.getKeyType();
    LogicalType valueType = type.getValueType();
    ArrayData.ElementGetter keys = ArrayData.createElementGetter(keyType.copy(true));
    ArrayData.ElementGetter values = ArrayData.createElementGetter(valueType.copy(true));
    boolean texts = keyType.is(LogicalTypeFamily.CHARACTER_STRING);
    if (texts) {
      json.writeStartObject();
    } else {
      json.writeStartArray();
    }
    for (int i = 0; i < map.size(); i++) {
      @Nullable Object key = keys.getElementOrNull(map.keyArray(), i);
      @Nullable Object value = values.getElementOrNull(map.valueArray(), i);
      if (texts) {
        json.writeFieldName(String.valueOf(key));
        value(json, value, valueType);
      } else {
        json.writeStartArray();
        value(json, key, keyType);
        value(json, value, valueType);
        json.writeEndArray();
      }
    }
    if (texts) {
      json.writeEndObject();
    } else {
      json.writeEndArray();
    }
  }
}
