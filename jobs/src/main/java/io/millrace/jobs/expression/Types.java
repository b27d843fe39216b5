package io.millrace.jobs.expression;

import io.millrace.jobs.expression.Node.Form;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** What the compiler asks about types. Stateless. */
final class Types {
  private Types() {}

  static Form form(LogicalType type) {
    switch (type.getTypeRoot()) {
      case BOOLEAN:
      case TINYINT:
      case SMALLINT:
      case INTEGER:
      case BIGINT:
      case DATE:
      case TIME_WITHOUT_TIME_ZONE:
      case INTERVAL_DAY_TIME:
      case INTERVAL_YEAR_MONTH:
        return Form.NUMBER;
      case DECIMAL:
        return isCompact(type) ? Form.NUMBER : Form.OBJECT;
      case FLOAT:
      case DOUBLE:
        return Form.REAL;
      case TIMESTAMP_WITHOUT_TIME_ZONE:
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        return Form.TIMESTAMP;
      case CHAR:
      case VARCHAR:
      case BINARY:
      case VARBINARY:
        return Form.BYTES;
      default:
        return Form.OBJECT;
    }
  }

  static boolean isFloat(LogicalType type) {
    return type.is(LogicalTypeRoot.FLOAT);
  }

  static boolean isReal(LogicalType type) {
    return form(type) == Form.REAL;
  }

  static boolean isInteger(LogicalType type) {
    return type.is(LogicalTypeFamily.INTEGER_NUMERIC);
  }

  static boolean isDecimal(LogicalType type) {
    return type.is(LogicalTypeRoot.DECIMAL);
  }

  /** A decimal whose unscaled value fits a long. */
  static boolean isCompact(LogicalType type) {
    return type instanceof DecimalType decimal && decimal.getPrecision() <= 18;
  }

  static boolean isNumeric(LogicalType type) {
    return type.is(LogicalTypeFamily.NUMERIC);
  }

  static boolean isString(LogicalType type) {
    return type.is(LogicalTypeFamily.CHARACTER_STRING);
  }

  static boolean isBinary(LogicalType type) {
    return type.is(LogicalTypeFamily.BINARY_STRING);
  }

  static boolean isTimestamp(LogicalType type) {
    return type.is(LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE);
  }

  /** A date, or a timestamp without zone. */
  static boolean isTime(LogicalType type) {
    return isTimestamp(type) || type.is(LogicalTypeRoot.DATE);
  }

  static boolean isInterval(LogicalType type) {
    return type.is(LogicalTypeFamily.INTERVAL);
  }

  static boolean isBoolean(LogicalType type) {
    return type.is(LogicalTypeRoot.BOOLEAN);
  }

  static int precision(LogicalType type) {
    return LogicalTypeChecks.getPrecision(type);
  }

  static int scale(LogicalType type) {
    return LogicalTypeChecks.getScale(type);
  }
}
