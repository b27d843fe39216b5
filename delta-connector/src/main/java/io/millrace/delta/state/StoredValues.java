package io.millrace.delta.state;

/** How the values of an entry of a {@link KeyTable} are written to state, and read back. */
public interface StoredValues {
  /** Longs of an entry in state. */
  int longs();

  /**
   * @param values of the entry, from {@code offset} on
   * @param stored to be set, of length {@link #longs}
   */
  void store(long[] values, int offset, long[] stored);

  /** The reverse of {@link #store}. */
  void restore(long[] stored, long[] values, int offset);

  /** Values that are stored as the table holds them. */
  static StoredValues asTheyAre(int valueLongs) {
    return new Same(valueLongs);
  }

  /** See {@link #asTheyAre}. */
  record Same(int longs) implements StoredValues {
    @Override
    public void store(long[] values, int offset, long[] stored) {
      System.arraycopy(values, offset, stored, 0, longs);
    }

    @Override
    public void restore(long[] stored, long[] values, int offset) {
      System.arraycopy(stored, 0, values, offset, longs);
    }
  }
}
