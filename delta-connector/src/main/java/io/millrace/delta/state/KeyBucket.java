package io.millrace.delta.state;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All entries whose keys share one hash, as one small byte array: the value of a state backend that
 * is keyed by the hash. Nearly always there is one entry.
 *
 * <p>Version 1: the version and the number of longs per value, then entries: the bytes of the key,
 * then its values, as {@link KeyBuffer} encodes numbers and bytes. Meant to be reused: read, look
 * up, write. Owned by one thread.
 */
public final class KeyBucket {
  private static final int VERSION = 1;

  private final int valueLongs;
  private final KeyReader reader = new KeyReader();
  private final KeyBuffer buffer = new KeyBuffer(64);
  private byte[][] keys = new byte[1][];
  private long[] values;
  private int size;

  public KeyBucket(int valueLongs) {
    this.valueLongs = valueLongs;
    values = new long[valueLongs];
  }

  /**
   * Replaces the entries by those of a stored bucket; null stands for none.
   *
   * @throws MillraceException STATE_INCOMPATIBLE if they have another number of values
   */
  public void read(byte @Nullable [] stored) {
    size = 0;
    if (stored == null) {
      return;
    }
    reader.reset(stored, 0, stored.length);
    long version = reader.nextLong();
    long width = reader.nextLong();
    if (version != VERSION || width != valueLongs) {
      throw new MillraceException(
          ErrorCode.STATE_INCOMPATIBLE,
          "keyed state of version %d with %d values an entry, expected version %d with %d"
              .formatted(version, width, VERSION, valueLongs),
          "Start this table afresh, or restore with the query that wrote the state.");
    }
    while (!reader.atEnd()) {
      int length = (int) reader.nextLong();
      int entry = add(stored, reader.position(), length);
      reader.skip(length);
      for (int i = 0; i < valueLongs; i++) {
        values[entry * valueLongs + i] = reader.nextLong();
      }
    }
  }

  /** The number of the entry with a key, or -1. */
  public int find(byte[] key, int offset, int length) {
    for (int i = 0; i < size; i++) {
      if (Arrays.equals(keys[i], 0, keys[i].length, key, offset, offset + length)) {
        return i;
      }
    }
    return -1;
  }

  /** Adds a key that is not there, with values of 0; returns the number of its entry. */
  public int add(byte[] key, int offset, int length) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      values = Arrays.copyOf(values, size * 2 * valueLongs);
    }
    keys[size] = Arrays.copyOfRange(key, offset, offset + length);
    Arrays.fill(values, size * valueLongs, (size + 1) * valueLongs, 0);
    return size++;
  }

  /** All values; those of an entry start at {@code entry * valueLongs}. Until the next addition. */
  public long[] values() {
    return values;
  }

  public int valueOffset(int entry) {
    return entry * valueLongs;
  }

  public int size() {
    return size;
  }

  /** The entries as bytes of their own. */
  public byte[] write() {
    buffer.clear();
    buffer.putLong(VERSION);
    buffer.putLong(valueLongs);
    for (int entry = 0; entry < size; entry++) {
      buffer.putBytes(keys[entry], 0, keys[entry].length);
      for (int i = 0; i < valueLongs; i++) {
        buffer.putLong(values[entry * valueLongs + i]);
      }
    }
    return Arrays.copyOf(buffer.bytes(), buffer.length());
  }
}
