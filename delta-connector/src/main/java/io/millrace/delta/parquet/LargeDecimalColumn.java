package io.millrace.delta.parquet;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import java.util.Arrays;
import org.apache.flink.table.data.DecimalData;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.BinaryStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** A column of decimals that no long holds: two's complement in a fixed number of bytes. */
final class LargeDecimalColumn extends PlainColumn {
  private final byte[] fixed;
  private @Nullable DecimalData least;
  private @Nullable DecimalData greatest;

  LargeDecimalColumn(ColumnDescriptor descriptor, int pageBytes, FlatEncoder encoder) {
    super(descriptor, pageBytes, encoder);
    fixed = new byte[descriptor.getPrimitiveType().getTypeLength()];
  }

  @Override
  void appendPlain(FlatRow row, int field) {
    DecimalData value = (DecimalData) row.objectAt(field);
    if (least == null || value.compareTo(least) < 0) {
      least = value;
    }
    if (greatest == null || value.compareTo(greatest) > 0) {
      greatest = value;
    }
    fill(value);
    values.putBytes(fixed, 0, fixed.length);
  }

  private void fill(DecimalData value) {
    byte[] unscaled = value.toUnscaledBytes();
    int padding = fixed.length - unscaled.length;
    Arrays.fill(fixed, 0, padding, (byte) (unscaled[0] < 0 ? -1 : 0));
    System.arraycopy(unscaled, 0, fixed, padding, unscaled.length);
  }

  @Override
  void takeBounds(Statistics<?> statistics, boolean fromDictionary) {
    fill(requireNonNull(least));
    Binary min = Binary.fromConstantByteArray(fixed.clone());
    fill(requireNonNull(greatest));
    Binary max = Binary.fromConstantByteArray(fixed.clone());
    ((BinaryStatistics) statistics).setMinMax(min, max);
    least = null;
    greatest = null;
  }
}
