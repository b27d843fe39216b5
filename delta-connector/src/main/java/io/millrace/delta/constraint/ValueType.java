package io.millrace.delta.constraint;

import org.apache.flink.table.types.logical.LogicalType;

/**
 * The types of values in an expression, and the Java class that holds one: Long for whole numbers,
 * days and microseconds, Double, BigDecimal, BinaryStringData, Boolean.
 */
enum ValueType {
  BOOLEAN,
  TINYINT,
  SMALLINT,
  INT,
  BIGINT,
  DECIMAL,
  FLOAT,
  DOUBLE,
  STRING,
  DATE,
  TIMESTAMP,
  TIMESTAMP_LTZ,
  /** The literal NULL, which is of any type. */
  NULL;

  boolean isWhole() {
    return this == TINYINT || this == SMALLINT || this == INT || this == BIGINT;
  }

  boolean isFloating() {
    return this == FLOAT || this == DOUBLE;
  }

  boolean isNumber() {
    return isWhole() || isFloating() || this == DECIMAL;
  }

  /** The least and, negated and less one, the greatest whole number of this type. */
  long least() {
    return switch (this) {
      case TINYINT -> Byte.MIN_VALUE;
      case SMALLINT -> Short.MIN_VALUE;
      case INT -> Integer.MIN_VALUE;
      default -> Long.MIN_VALUE;
    };
  }

  static ValueType of(String column, LogicalType type) throws Unsupported {
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> BOOLEAN;
      case TINYINT -> TINYINT;
      case SMALLINT -> SMALLINT;
      case INTEGER -> INT;
      case BIGINT -> BIGINT;
      case DECIMAL -> DECIMAL;
      case FLOAT -> FLOAT;
      case DOUBLE -> DOUBLE;
      case CHAR, VARCHAR -> STRING;
      case DATE -> DATE;
      case TIMESTAMP_WITHOUT_TIME_ZONE -> TIMESTAMP;
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TIMESTAMP_LTZ;
      default ->
          throw new Unsupported("column %s of type %s".formatted(column, type.asSummaryString()));
    };
  }
}
