package io.millrace.jobs.expression;

import static java.util.Objects.requireNonNull;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.DecimalDataUtils;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** Conversions of the numbers that nodes hold, as Flink's generated code does them. Stateless. */
final class Numbers {
  static final long[] POWERS_OF_TEN = new long[19];

  static {
    POWERS_OF_TEN[0] = 1;
    for (int i = 1; i < POWERS_OF_TEN.length; i++) {
      POWERS_OF_TEN[i] = POWERS_OF_TEN[i - 1] * 10;
    }
  }

  private Numbers() {}

  static double toDouble(Node node) {
    if (node.form == Node.Form.REAL) {
      return node.real;
    }
    return Types.isDecimal(node.type)
        ? DecimalDataUtils.doubleValue(toDecimal(node))
        : (double) node.number;
  }

  static float toFloat(Node node) {
    if (node.form == Node.Form.REAL) {
      return (float) node.real;
    }
    return Types.isDecimal(node.type)
        ? (float) DecimalDataUtils.doubleValue(toDecimal(node))
        : (float) node.number;
  }

  /** The value of a decimal node. */
  static DecimalData toDecimal(Node node) {
    return node.form == Node.Form.NUMBER
        ? DecimalData.fromUnscaledLong(
            node.number, Types.precision(node.type), Types.scale(node.type))
        : (DecimalData) requireNonNull(node.object);
  }

  /** The value of a decimal or integer node, the latter with all its type's digits. */
  static @Nullable DecimalData exact(Node node) {
    return Types.isDecimal(node.type)
        ? toDecimal(node)
        : DecimalDataUtils.castFrom(node.number, Types.precision(node.type), 0);
  }

  /** Leaves a decimal in a node of its type; false if there is none. */
  static boolean leave(Node node, @Nullable DecimalData value) {
    if (value == null) {
      return false;
    }
    if (node.form == Node.Form.NUMBER) {
      node.number = value.toUnscaledLong();
    } else {
      node.object = value;
    }
    return true;
  }

  /** Wraps around to the width of an integer type, as Java's casts do. */
  static long narrow(long value, LogicalType type) {
    switch (type.getTypeRoot()) {
      case TINYINT:
        return (byte) value;
      case SMALLINT:
        return (short) value;
      case INTEGER:
      case INTERVAL_YEAR_MONTH:
        return (int) value;
      default:
        return value;
    }
  }

  /** Truncates to an integer type, as Java's casts do. */
  static long narrow(double value, LogicalType type) {
    switch (type.getTypeRoot()) {
      case TINYINT:
        return (byte) value;
      case SMALLINT:
        return (short) value;
      case INTEGER:
        return (int) value;
      default:
        return (long) value;
    }
  }
}
