package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.parquet.column.values.bitpacking.BytePacker;
import org.apache.parquet.column.values.bitpacking.Packer;
import org.apache.parquet.io.ParquetDecodingException;

/**
 * Small numbers in Parquet's RLE/bit-packing hybrid (levels, dictionary ids), read many at a time.
 *
 * <p>Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
final class HybridDecoder {
  private static final int GROUP = 8;

  private final int[] group = new int[GROUP];
  private byte[] data = {};
  private int at;
  private int end;
  private int bitWidth = -1;
  private BytePacker packer = Packer.LITTLE_ENDIAN.newBytePacker(0);
  private boolean packed;
  private int value;
  private int left;
  private int groupAt;

  /** Begins with the bytes from {@code at} to {@code end}. */
  void start(byte[] bytes, int from, int to, int width) {
    if (width < 0 || width > Integer.SIZE || from < 0 || to > bytes.length || from > to) {
      throw new ParquetDecodingException(
          "bit width %d, bytes %d to %d of %d".formatted(width, from, to, bytes.length));
    }
    data = bytes;
    at = from;
    end = to;
    left = 0;
    if (width != bitWidth) {
      bitWidth = width;
      packer = Packer.LITTLE_ENDIAN.newBytePacker(width);
    }
  }

  /** Reads {@code count} numbers. */
  void read(int[] target, int offset, int count) {
    int to = offset;
    int missing = count;
    while (missing > 0) {
      if (left == 0) {
        nextRun();
      }
      int n = Math.min(missing, left);
      if (packed) {
        unpack(target, to, n);
      } else {
        Arrays.fill(target, to, to + n, value);
      }
      left -= n;
      to += n;
      missing -= n;
    }
  }

  /**
   * How many of the next numbers are {@link #repeatedValue()}, at most {@code max}; 0 if the next
   * ones are bit-packed. Nothing is consumed.
   */
  int repeated(int max) {
    if (left == 0) {
      nextRun();
    }
    return packed ? 0 : Math.min(left, max);
  }

  int repeatedValue() {
    return value;
  }

  /** Passes over numbers that {@link #repeated} has counted. */
  void skipRepeated(int count) {
    left -= count;
  }

  /** How many of the next numbers are in the same run, at most {@code max}; one at least. */
  int inRun(int max) {
    if (left == 0) {
      nextRun();
    }
    return Math.min(left, max);
  }

  private void nextRun() {
    while (left == 0) {
      int header = varint();
      packed = (header & 1) == 1;
      left = header >>> 1;
      if (packed) {
        left = Math.multiplyExact(left, GROUP);
        groupAt = GROUP;
      } else {
        value = 0;
        for (int shift = 0; shift < bitWidth; shift += Byte.SIZE) {
          value |= next() << shift;
        }
      }
    }
  }

  private int varint() {
    int number = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int b = next();
      number |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return number;
      }
    }
    throw new ParquetDecodingException("a run's header is not one");
  }

  private int next() {
    if (at >= end) {
      throw new ParquetDecodingException("a page ends before its values do");
    }
    return data[at++] & 0xFF;
  }

  private void unpack(int[] target, int offset, int count) {
    int to = offset;
    int missing = count;
    while (missing > 0) {
      if (groupAt == GROUP) {
        if (missing >= GROUP) {
          unpackGroup(target, to);
          to += GROUP;
          missing -= GROUP;
          continue;
        }
        unpackGroup(group, 0);
        groupAt = 0;
      }
      int n = Math.min(missing, GROUP - groupAt);
      System.arraycopy(group, groupAt, target, to, n);
      groupAt += n;
      to += n;
      missing -= n;
    }
  }

  private void unpackGroup(int[] target, int offset) {
    if (at + bitWidth <= end) {
      packer.unpack8Values(data, at, target, offset);
    } else if (at < end) {
      // Some writers cut the last group off where its values end.
      packer.unpack8Values(
          Arrays.copyOf(Arrays.copyOfRange(data, at, end), bitWidth), 0, target, offset);
    } else {
      throw new ParquetDecodingException("a page ends before its values do");
    }
    at += bitWidth;
  }
}
