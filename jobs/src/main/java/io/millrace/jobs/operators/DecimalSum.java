package io.millrace.jobs.operators;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.RowLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.DecimalType;

/**
 * SUM and AVG of a decimal column: the exact sum of unscaled values and the number of values.
 *
 * <p>The sum is a two's complement integer, least significant long first: 128 bits for columns of
 * at most 18 digits, 192 bits for longer ones, which no possible number of rows can overflow. A
 * result that does not fit its type is NULL. (Flink checks each addition and goes on from NULL with
 * the next row; its result then depends on the order of the rows.)
 */
final class DecimalSum extends Accumulator {
  private static final long serialVersionUID = 1;

  /** How Flink divides decimals: to 38 digits first, then to the scale of the result. */
  private static final MathContext DIVISION = new MathContext(38, RoundingMode.HALF_UP);

  private final int input;
  private final int limbs;
  private final int inputScale;
  private final DecimalType type;
  private final boolean average;

  DecimalSum(int input, DecimalType inputType, DecimalType type, boolean average) {
    super(limbs(inputType) + 1);
    this.input = input;
    this.limbs = limbs(inputType);
    this.inputScale = inputType.getScale();
    this.type = type;
    this.average = average;
  }

  private static int limbs(DecimalType inputType) {
    return RowLayout.isCompact(inputType) ? 2 : 3;
  }

  @Override
  void add(FlatRow row, long[] values, int at) {
    if (row.isNullAt(input)) {
      return;
    }
    if (limbs == 2) {
      long value = row.longAt(input);
      addTwo(values, at, value, value >> 63);
    } else {
      BigInteger value = ((DecimalData) row.objectAt(input)).toBigDecimal().unscaledValue();
      long sign = value.signum() < 0 ? -1 : 0;
      long carry = addLimb(values, at, value.longValue(), 0);
      carry = addLimb(values, at + 1, value.shiftRight(64).longValue(), carry);
      values[at + 2] += sign + carry;
    }
    values[at + limbs]++;
  }

  @Override
  void merge(long[] from, int fromAt, long[] values, int at) {
    if (limbs == 2) {
      addTwo(values, at, from[fromAt], from[fromAt + 1]);
    } else {
      long carry = addLimb(values, at, from[fromAt], 0);
      carry = addLimb(values, at + 1, from[fromAt + 1], carry);
      values[at + 2] += from[fromAt + 2] + carry;
    }
    values[at + limbs] += from[fromAt + limbs];
  }

  private static void addTwo(long[] values, int at, long low, long high) {
    long sum = values[at] + low;
    values[at] = sum;
    values[at + 1] += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
  }

  /** Returns the carry, 0 or 1. */
  private static long addLimb(long[] values, int at, long limb, long carryIn) {
    long partial = values[at] + limb;
    long sum = partial + carryIn;
    values[at] = sum;
    return Long.compareUnsigned(partial, limb) < 0 || Long.compareUnsigned(sum, carryIn) < 0
        ? 1
        : 0;
  }

  @Override
  void result(long[] values, int at, FlatRow target, int field) {
    long count = values[at + limbs];
    if (count == 0) {
      target.setNull(field);
      return;
    }
    // Nearly every sum fits a long, which saves the detour by way of bytes.
    BigDecimal sum =
        limbs == 2 && values[at + 1] == values[at] >> 63
            ? BigDecimal.valueOf(values[at], inputScale)
            : new BigDecimal(sum(values, at), inputScale);
    BigDecimal exact = average ? sum.divide(BigDecimal.valueOf(count), DIVISION) : sum;
    DecimalData result = DecimalData.fromBigDecimal(exact, type.getPrecision(), type.getScale());
    if (result == null) {
      target.setNull(field);
    } else if (RowLayout.isCompact(type)) {
      target.setLong(field, result.toUnscaledLong());
    } else {
      target.setObject(field, result);
    }
  }

  private BigInteger sum(long[] values, int at) {
    ByteBuffer bytes = ByteBuffer.allocate(limbs * Long.BYTES);
    for (int i = limbs - 1; i >= 0; i--) {
      bytes.putLong(values[at + i]);
    }
    return new BigInteger(bytes.array());
  }
}
