package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.DoubleStatistics;
import org.apache.parquet.column.statistics.FloatStatistics;
import org.apache.parquet.column.statistics.IntStatistics;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;

/** A column of numbers that a long holds: integers, dates, timestamps, decimals, floating point. */
final class NumberColumn extends FlatColumn {
  /** How a value lies in its row and in the file. */
  private enum Kind {
    INT32,
    INT64,
    MICROS,
    FLOAT,
    DOUBLE
  }

  private final Kind kind;
  private final LongDictionary dictionary = new LongDictionary(DICTIONARY_ENTRIES);

  /** In the order of {@link #sortable}. */
  private long least = Long.MAX_VALUE;

  private long greatest = Long.MIN_VALUE;

  NumberColumn(
      LogicalType type,
      ColumnDescriptor descriptor,
      boolean dictionary,
      int pageBytes,
      FlatEncoder encoder) {
    super(descriptor, dictionary, pageBytes, encoder);
    kind =
        switch (type.getTypeRoot()) {
          case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> Kind.MICROS;
          case FLOAT -> Kind.FLOAT;
          case DOUBLE -> Kind.DOUBLE;
          default ->
              switch (descriptor.getPrimitiveType().getPrimitiveTypeName()) {
                case INT32 -> Kind.INT32;
                case INT64 -> Kind.INT64;
                default -> throw new IllegalStateException("no number: " + descriptor);
              };
        };
  }

  private long valueOf(FlatRow row, int field) {
    long value = row.longAt(field);
    return kind == Kind.MICROS ? FieldWriters.micros(value, row.nanosAt(field)) : value;
  }

  /**
   * A long in whose order the values are ordered; for floating point that of {@link
   * Double#compare}, in which NaN is the greatest. Its own inverse but for NaN.
   */
  private long sortable(long value) {
    return switch (kind) {
      case DOUBLE -> flipped(Double.doubleToLongBits(Double.longBitsToDouble(value)));
      case FLOAT -> flipped(Double.doubleToLongBits((double) Float.intBitsToFloat((int) value)));
      default -> value;
    };
  }

  private static long flipped(long bits) {
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private void note(long value) {
    long key = sortable(value);
    if (key < least) {
      least = key;
    }
    if (key > greatest) {
      greatest = key;
    }
  }

  @Override
  int idOf(FlatRow row, int field) {
    long value = valueOf(row, field);
    int id = dictionary.idOf(value);
    if (id >= 0) {
      note(value);
    }
    return id;
  }

  @Override
  void appendPlain(FlatRow row, int field) {
    long value = valueOf(row, field);
    note(value);
    put(values, value);
  }

  @Override
  void appendPlainOf(int id) {
    put(values, dictionary.value(id));
  }

  private void put(PageOutput target, long value) {
    if (kind == Kind.INT32 || kind == Kind.FLOAT) {
      target.putInt((int) value);
    } else {
      target.putLong(value);
    }
  }

  @Override
  int dictionarySize() {
    return dictionary.size();
  }

  @Override
  void writeDictionary(PageOutput target) {
    for (int id = 0; id < dictionary.size(); id++) {
      put(target, dictionary.value(id));
    }
  }

  @Override
  void clearDictionary() {
    dictionary.clear();
  }

  @Override
  void takeBounds(Statistics<?> statistics, boolean fromDictionary) {
    switch (kind) {
      case INT32 -> ((IntStatistics) statistics).setMinMax((int) least, (int) greatest);
      case INT64, MICROS -> ((LongStatistics) statistics).setMinMax(least, greatest);
      case FLOAT ->
          ((FloatStatistics) statistics)
              .setMinMax((float) doubleOf(least), (float) doubleOf(greatest));
      case DOUBLE -> ((DoubleStatistics) statistics).setMinMax(doubleOf(least), doubleOf(greatest));
    }
    least = Long.MAX_VALUE;
    greatest = Long.MIN_VALUE;
  }

  private static double doubleOf(long sortable) {
    return Double.longBitsToDouble(flipped(sortable));
  }
}
