package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.LongKeyTable;
import io.millrace.delta.state.StoredValues;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Where a row lies, as one long: which file in the upper half, its position there in the lower one.
 * Files are counted as they are met; in state a place is the number that stands for the file
 * everywhere, then the position. Owned by one thread.
 */
final class RowPlaces implements StoredValues {
  private static final int STORED_LONGS = 2;
  private static final long POSITION_MASK = 0xFFFF_FFFFL;
  private static final int FILES_MIN = 1 << 12;

  private final LongKeyTable numbers = KeyTable.ofLongs(1);
  private long[] files = new long[16];
  private int count;
  private int kept;
  private long lastFile;
  private int lastNumber = -1;

  /**
   * @param file see {@link io.millrace.delta.parquet.DataFileName}
   * @throws MillraceException TABLE_UNSUPPORTED if the position does not fit 32 bits
   */
  long of(long file, long position) {
    if (position >>> Integer.SIZE != 0) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "row %d of a file is to be replaced, but a deletion vector ends at row %d"
              .formatted(position, POSITION_MASK),
          "rewrite the table with smaller files");
    }
    if (lastNumber < 0 || file != lastFile) {
      lastNumber = numberOf(file);
      lastFile = file;
    }
    return (long) lastNumber << Integer.SIZE | position;
  }

  private int numberOf(long file) {
    int slot = numbers.insert(file);
    if (slot < 0) {
      return (int) numbers.value(~slot, 0);
    }
    if (count == files.length) {
      files = Arrays.copyOf(files, count + (count >> 1));
    }
    numbers.setValue(slot, 0, count);
    files[count] = file;
    return count++;
  }

  long file(long place) {
    return files[number(place)];
  }

  static long position(long place) {
    return place & POSITION_MASK;
  }

  /** The file of a place, as these places count. */
  static int number(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  /** Whether so many files were met since {@link #keepOnly} that most are likely to be gone. */
  boolean areMany() {
    return count > 2 * kept + FILES_MIN;
  }

  /**
   * Forgets files and counts the others afresh.
   *
   * @param used by their numbers so far
   * @return the new number at each old one
   */
  int[] keepOnly(BitSet used) {
    int[] renumbered = new int[count];
    long[] old = files;
    numbers.clear();
    count = 0;
    lastNumber = -1;
    for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
      // A file keeps its place or moves down, so that the array may be written while it is read.
      renumbered[i] = numberOf(old[i]);
    }
    kept = count;
    return renumbered;
  }

  /** A place after {@link #keepOnly}. */
  static long renumbered(long place, int[] renumbered) {
    return (long) renumbered[number(place)] << Integer.SIZE | position(place);
  }

  @Override
  public int longs() {
    return STORED_LONGS;
  }

  @Override
  public void store(long[] values, int offset, long[] stored) {
    stored[0] = file(values[offset]);
    stored[1] = position(values[offset]);
  }

  @Override
  public void restore(long[] stored, long[] values, int offset) {
    if ((stored[1] & ~POSITION_MASK) != 0) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "the upsert index names row %d of a file".formatted(stored[1]),
          "restore an earlier checkpoint or savepoint");
    }
    values[offset] = of(stored[0], stored[1]);
  }
}
