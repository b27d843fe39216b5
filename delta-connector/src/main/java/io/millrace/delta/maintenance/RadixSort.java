package io.millrace.delta.maintenance;

/** Sorts numbers that are not negative, with something else beside them: least digit first. */
final class RadixSort {
  private static final int DIGIT_BITS = 8;
  private static final int DIGITS = 1 << DIGIT_BITS;

  private RadixSort() {}

  /** Equal keys stay in their order. */
  static void sort(long[] keys, int[] values) {
    long differing = 0;
    for (long key : keys) {
      differing |= key ^ keys[0];
    }
    long[] fromKeys = keys;
    int[] fromValues = values;
    long[] toKeys = new long[keys.length];
    int[] toValues = new int[values.length];
    for (int shift = 0; shift < Long.SIZE; shift += DIGIT_BITS) {
      if (((differing >>> shift) & (DIGITS - 1)) == 0) {
        continue;
      }
      int[] starts = new int[DIGITS + 1];
      for (long key : fromKeys) {
        starts[(int) ((key >>> shift) & (DIGITS - 1)) + 1]++;
      }
      for (int i = 0; i < DIGITS; i++) {
        starts[i + 1] += starts[i];
      }
      for (int i = 0; i < fromKeys.length; i++) {
        int to = starts[(int) ((fromKeys[i] >>> shift) & (DIGITS - 1))]++;
        toKeys[to] = fromKeys[i];
        toValues[to] = fromValues[i];
      }
      long[] keysAgain = fromKeys;
      int[] valuesAgain = fromValues;
      fromKeys = toKeys;
      fromValues = toValues;
      toKeys = keysAgain;
      toValues = valuesAgain;
    }
    if (fromKeys != keys) {
      System.arraycopy(fromKeys, 0, keys, 0, keys.length);
      System.arraycopy(fromValues, 0, values, 0, values.length);
    }
  }
}
