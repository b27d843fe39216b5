package io.millrace.jobs.expression;

import java.math.BigDecimal;
import java.util.Arrays;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** A literal, or NULL. */
final class Constant extends Node {
  private final boolean known;
  private long constantNumber;
  private double constantReal;
  private int constantNanos;
  private byte[] constantBytes = {};
  private @Nullable BigDecimal constantDecimal;

  /**
   * @param value Flink's internal object, of a type that is not {@link Node.Form#OBJECT} unless it
   *     is a decimal; or null
   */
  Constant(LogicalType type, @Nullable Object value) {
    super(type);
    known = value != null;
    if (value instanceof Boolean flag) {
      constantNumber = flag ? 1 : 0;
    } else if (value instanceof DecimalData decimal) {
      if (form == Form.NUMBER) {
        constantNumber = decimal.toUnscaledLong();
      } else {
        constantDecimal = decimal.toBigDecimal();
      }
    } else if (value instanceof Number numeric) {
      constantNumber = numeric.longValue();
      constantReal = numeric.doubleValue();
    } else if (value instanceof TimestampData timestamp) {
      constantNumber = timestamp.getMillisecond();
      constantNanos = timestamp.getNanoOfMillisecond();
    } else if (value instanceof StringData string) {
      constantBytes = string.toBytes();
    } else if (value instanceof byte[] bytes) {
      constantBytes = bytes;
    } else if (value != null) {
      throw new IllegalArgumentException("no constant of class " + value.getClass().getName());
    }
  }

  /** What a node that needs no row comes to. */
  static Constant of(Node node, RowData noRow) {
    boolean known = node.eval(noRow);
    Constant constant = new Constant(node.type, known);
    if (known) {
      constant.constantNumber = node.number;
      constant.constantReal = node.real;
      constant.constantNanos = node.nanos;
      if (node.form == Form.BYTES) {
        constant.constantBytes =
            Arrays.copyOfRange(node.buffer, node.offset, node.offset + node.length);
      }
    }
    return constant;
  }

  private Constant(LogicalType type, boolean known) {
    super(type);
    this.known = known;
  }

  boolean isNull() {
    return !known;
  }

  @Override
  boolean eval(RowData row) {
    if (!known) {
      return false;
    }
    switch (form) {
      case NUMBER:
        number = constantNumber;
        break;
      case REAL:
        real = constantReal;
        break;
      case TIMESTAMP:
        number = constantNumber;
        nanos = constantNanos;
        break;
      case BYTES:
        buffer = constantBytes;
        offset = 0;
        length = constantBytes.length;
        break;
      default:
        if (object == null && constantDecimal != null) {
          object =
              DecimalData.fromBigDecimal(constantDecimal, Types.precision(type), Types.scale(type));
        }
    }
    return true;
  }
}
