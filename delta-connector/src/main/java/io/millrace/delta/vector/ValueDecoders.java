package io.millrace.delta.vector;

import java.util.function.IntFunction;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * The decoder for a column's type and a file's: the same, or one that Delta's type widening leads
 * from, so that files from before stay readable.
 */
final class ValueDecoders {
  private ValueDecoders() {}

  /**
   * @throws ParquetDecodingException if values of the file's type are none of the column's
   */
  static ValueDecoder<?> of(String column, LogicalType wanted, PrimitiveType file) {
    PrimitiveTypeName physical = file.getPrimitiveTypeName();
    boolean int32 = physical == PrimitiveTypeName.INT32;
    return switch (wanted.getTypeRoot()) {
      case BOOLEAN -> {
        require(physical == PrimitiveTypeName.BOOLEAN, column, wanted, file);
        yield new BooleanDecoder();
      }
      case TINYINT -> {
        require(int32, column, wanted, file);
        yield new ByteDecoder();
      }
      case SMALLINT -> {
        require(int32, column, wanted, file);
        yield new ShortDecoder();
      }
      case INTEGER, DATE -> {
        require(int32, column, wanted, file);
        yield new IntDecoder();
      }
      case BIGINT -> {
        require(int32 || physical == PrimitiveTypeName.INT64, column, wanted, file);
        yield numbers(LongVector::new, int32);
      }
      case FLOAT -> {
        require(physical == PrimitiveTypeName.FLOAT, column, wanted, file);
        yield new FloatDecoder();
      }
      case DOUBLE -> {
        require(
            int32 || physical == PrimitiveTypeName.FLOAT || physical == PrimitiveTypeName.DOUBLE,
            column,
            wanted,
            file);
        yield new DoubleDecoder(physical);
      }
      case CHAR, VARCHAR, BINARY, VARBINARY -> {
        require(isBytes(physical), column, wanted, file);
        yield new BytesDecoder(BytesVector::new, fixedLength(file));
      }
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          timestamps(column, wanted, file);
      case DECIMAL -> decimals(column, (DecimalType) wanted, file);
      default -> throw mismatch(column, wanted, file);
    };
  }

  /** A decoder for whatever is in the file, where only its levels matter. */
  static ValueDecoder<?> asStored(PrimitiveType file) {
    return switch (file.getPrimitiveTypeName()) {
      case BOOLEAN -> new BooleanDecoder();
      case INT32 -> new IntDecoder();
      case INT64 -> numbers(LongVector::new, false);
      case FLOAT -> new FloatDecoder();
      case DOUBLE -> new DoubleDecoder(PrimitiveTypeName.DOUBLE);
      case BINARY, FIXED_LEN_BYTE_ARRAY -> new BytesDecoder(BytesVector::new, fixedLength(file));
      case INT96 -> new LongDecoder(LongVector.Micros::new, LongReadings.INT96_AS_MICROS, 0);
    };
  }

  private static LongDecoder numbers(IntFunction<LongVector> vectors, boolean int32) {
    return int32
        ? new LongDecoder(vectors, LongReadings.INT32, Integer.BYTES)
        : new LongDecoder(vectors, LongReadings.INT64, Long.BYTES);
  }

  private static LongDecoder timestamps(String column, LogicalType wanted, PrimitiveType file) {
    LogicalTypeAnnotation logical = file.getLogicalTypeAnnotation();
    switch (file.getPrimitiveTypeName()) {
      case INT64:
        if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
          return switch (timestamp.getUnit()) {
            case MICROS -> new LongDecoder(LongVector.Micros::new, LongReadings.INT64, Long.BYTES);
            case MILLIS ->
                new LongDecoder(LongVector.Micros::new, LongReadings.MILLIS_AS_MICROS, 0);
            case NANOS -> new LongDecoder(LongVector.Micros::new, LongReadings.NANOS_AS_MICROS, 0);
          };
        }
        break;
      case INT96:
        return new LongDecoder(LongVector.Micros::new, LongReadings.INT96_AS_MICROS, 0);
      case INT32:
        if (logical instanceof LogicalTypeAnnotation.DateLogicalTypeAnnotation) {
          return new LongDecoder(LongVector.Micros::new, LongReadings.DAYS_AS_MICROS, 0);
        }
        break;
      default:
        break;
    }
    throw mismatch(column, wanted, file);
  }

  private static ValueDecoder<?> decimals(String column, DecimalType wanted, PrimitiveType file) {
    PrimitiveTypeName physical = file.getPrimitiveTypeName();
    boolean int32 = physical == PrimitiveTypeName.INT32;
    int scale = 0;
    int precision = int32 ? 10 : 19;
    if (file.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal) {
      scale = decimal.getScale();
      precision = decimal.getPrecision();
    } else {
      require(int32 || physical == PrimitiveTypeName.INT64, column, wanted, file);
    }
    require(
        scale <= wanted.getScale() && precision - scale <= wanted.getPrecision() - wanted.getScale()
            || !(file.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation),
        column,
        wanted,
        file);
    int fileScale = scale;
    if (int32 || physical == PrimitiveTypeName.INT64) {
      return numbers(capacity -> new LongVector.Decimals(capacity, fileScale), int32);
    }
    require(isBytes(physical), column, wanted, file);
    return DecimalData.isCompact(precision)
        ? new LongDecoder(
            capacity -> new LongVector.Decimals(capacity, fileScale), LongReadings.BIG_ENDIAN, 0)
        : new BytesDecoder(
            capacity -> new BytesVector.Decimals(capacity, fileScale), fixedLength(file));
  }

  private static boolean isBytes(PrimitiveTypeName physical) {
    return physical == PrimitiveTypeName.BINARY
        || physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
  }

  private static int fixedLength(PrimitiveType file) {
    return file.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
        ? file.getTypeLength()
        : 0;
  }

  private static void require(boolean fits, String column, LogicalType wanted, PrimitiveType file) {
    if (!fits) {
      throw mismatch(column, wanted, file);
    }
  }

  private static ParquetDecodingException mismatch(
      String column, LogicalType wanted, PrimitiveType file) {
    return new ParquetDecodingException(
        "column %s has type %s in the table, the file has %s"
            .formatted(column, wanted.asSummaryString(), file));
  }
}
