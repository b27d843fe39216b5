package io.millrace.jobs.expression;

import io.millrace.delta.row.FlatRow;
import java.io.Serializable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * One step of an evaluation. It leaves its value in its own fields, so that no step allocates; what
 * a field means follows from {@link #form}. One thread.
 */
abstract class Node implements Serializable {

  /** Where a node leaves its value. */
  enum Form {
    /** {@link #number}: booleans (0, 1), integers, dates, times, intervals, compact decimals. */
    NUMBER,
    /** {@link #real}: floats (exactly representable) and doubles. */
    REAL,
    /** {@link #number} milliseconds since 1970 and {@link #nanos} on top. */
    TIMESTAMP,
    /** {@link #buffer}, {@link #offset}, {@link #length}: UTF-8 or binary. */
    BYTES,
    /** {@link #object}: Flink's internal object; decimals of more than 18 digits among them. */
    OBJECT
  }

  final LogicalType type;
  final Form form;

  transient long number;
  transient double real;
  transient int nanos;
  transient byte @Nullable [] buffer;
  transient int offset;
  transient int length;
  transient @Nullable Object object;

  Node(LogicalType type) {
    this.type = type;
    this.form = Types.form(type);
  }

  /** Evaluates; false means NULL, and then the value fields say nothing. */
  abstract boolean eval(RowData row);

  /** Sets a field of the same type to what the last evaluation left. */
  final void store(FlatRow target, int position) {
    switch (form) {
      case NUMBER:
        target.setLong(position, number);
        break;
      case REAL:
        if (Types.isFloat(type)) {
          target.setFloat(position, (float) real);
        } else {
          target.setDouble(position, real);
        }
        break;
      case TIMESTAMP:
        // Rows keep milliseconds only for types that have no more, whatever a cast left.
        target.setTimestamp(position, number, Types.precision(type) <= 3 ? 0 : nanos);
        break;
      case BYTES:
        target.setBytes(position, buffer, offset, length);
        break;
      default:
        target.setObject(position, object);
    }
  }

  /** Takes over the value of a node of the same form. */
  final void take(Node from) {
    number = from.number;
    real = from.real;
    nanos = from.nanos;
    buffer = from.buffer;
    offset = from.offset;
    length = from.length;
    object = from.object;
  }
}
