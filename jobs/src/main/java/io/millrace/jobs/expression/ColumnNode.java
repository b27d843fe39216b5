package io.millrace.jobs.expression;

import io.millrace.delta.row.FlatRow;
import java.util.Objects;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** A field of the row. */
final class ColumnNode extends Node {
  final int field;
  private final RowData.@Nullable FieldGetter getter;

  ColumnNode(LogicalType type, int field) {
    super(type);
    this.field = field;
    this.getter = form == Form.OBJECT ? RowData.createFieldGetter(type.copy(true), field) : null;
  }

  @Override
  boolean eval(RowData row) {
    if (row.isNullAt(field)) {
      return false;
    }
    if (row instanceof FlatRow flat) {
      read(flat);
    } else {
      read(row);
    }
    return true;
  }

  private void read(FlatRow row) {
    switch (form) {
      case NUMBER:
        number = row.longAt(field);
        break;
      case REAL:
        real = Types.isFloat(type) ? row.getFloat(field) : row.getDouble(field);
        break;
      case TIMESTAMP:
        number = row.longAt(field);
        nanos = row.nanosAt(field);
        break;
      case BYTES:
        buffer = row.bufferAt(field);
        offset = row.offsetAt(field);
        length = row.lengthAt(field);
        break;
      default:
        object = row.objectAt(field);
    }
  }

  private void read(RowData row) {
    switch (type.getTypeRoot()) {
      case BOOLEAN:
        number = row.getBoolean(field) ? 1 : 0;
        break;
      case TINYINT:
        number = row.getByte(field);
        break;
      case SMALLINT:
        number = row.getShort(field);
        break;
      case INTEGER:
      case DATE:
      case TIME_WITHOUT_TIME_ZONE:
      case INTERVAL_YEAR_MONTH:
        number = row.getInt(field);
        break;
      case BIGINT:
      case INTERVAL_DAY_TIME:
        number = row.getLong(field);
        break;
      case FLOAT:
        real = row.getFloat(field);
        break;
      case DOUBLE:
        real = row.getDouble(field);
        break;
      case DECIMAL:
        DecimalData decimal = row.getDecimal(field, Types.precision(type), Types.scale(type));
        if (form == Form.NUMBER) {
          number = decimal.toUnscaledLong();
        } else {
          object = decimal;
        }
        break;
      case TIMESTAMP_WITHOUT_TIME_ZONE:
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        TimestampData timestamp = row.getTimestamp(field, Types.precision(type));
        number = timestamp.getMillisecond();
        nanos = timestamp.getNanoOfMillisecond();
        break;
      case CHAR:
      case VARCHAR:
        readString(row.getString(field));
        break;
      case BINARY:
      case VARBINARY:
        byte[] bytes = row.getBinary(field);
        buffer = bytes;
        offset = 0;
        length = bytes.length;
        break;
      default:
        object = Objects.requireNonNull(getter).getFieldOrNull(row);
    }
  }

  private void readString(StringData string) {
    if (string instanceof BinaryStringData binary) {
      binary.ensureMaterialized();
      MemorySegment[] segments = binary.getSegments();
      if (segments.length == 1 && !segments[0].isOffHeap()) {
        buffer = segments[0].getArray();
        offset = binary.getOffset();
        length = binary.getSizeInBytes();
        return;
      }
    }
    byte[] bytes = string.toBytes();
    buffer = bytes;
    offset = 0;
    length = bytes.length;
  }
}
