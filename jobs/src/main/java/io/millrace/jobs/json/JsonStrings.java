package io.millrace.jobs.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Strings of a document: finds their end eight bytes at a time and resolves escapes into a buffer.
 *
 * <p>The search is the classic one for a byte in a word (H. S. Warren, Hacker's Delight, 6-1): a
 * borrow can only raise false marks above a true one, and only the lowest mark is used.
 */
final class JsonStrings {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUOTES = 0x2222222222222222L;
  private static final long BACKSLASHES = 0x5c5c5c5c5c5c5c5cL;
  private static final long SPACES = 0x2020202020202020L;
  private static final int FIRST_BUFFER = 256;
  private static final int LARGEST_KEPT_BUFFER = 1 << 20;

  private byte[] buffer = new byte[FIRST_BUFFER];
  private int from;
  private int to;

  /** Forgets the strings of the document before: their bytes will be overwritten. */
  void reset() {
    from = 0;
    to = 0;
    if (buffer.length > LARGEST_KEPT_BUFFER) {
      buffer = new byte[FIRST_BUFFER];
    }
  }

  /** Where {@link #unescape} put its last string. */
  byte[] buffer() {
    return buffer;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /**
   * Index of the first quote or backslash from {@code p} on, or -1 if the document ends before it,
   * or a control character or invalid UTF-8 comes first.
   */
  static int plain(byte[] b, int p, int end) {
    while (true) {
      while (end - p >= Long.BYTES) {
        long marks = marks((long) WORD.get(b, p));
        if (marks != 0) {
          p += Long.numberOfTrailingZeros(marks) >>> 3;
          break;
        }
        p += Long.BYTES;
      }
      if (p >= end) {
        return -1;
      }
      byte c = b[p];
      if (c == '"' || c == '\\') {
        return p;
      }
      if (c >= ' ') {
        p++;
      } else if (c >= 0) {
        return -1;
      } else {
        p = Utf8.skip(b, p, end);
        if (p < 0) {
          return -1;
        }
      }
    }
  }

  /** The lowest bit set marks the first quote, backslash, control character or non-ASCII byte. */
  private static long marks(long word) {
    long quote = word ^ QUOTES;
    long backslash = word ^ BACKSLASHES;
    return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | (word - SPACES) | word)
        & HIGH_BITS;
  }

  /**
   * Resolves the escapes of a string into {@link #buffer()}, between {@link #from()} and {@link
   * #to()}.
   *
   * @param begin index after the opening quote
   * @param backslash index of the first backslash
   * @return the index after the closing quote, or -1 if the string is malformed
   */
  int unescape(byte[] b, int begin, int backslash, int end) {
    from = to;
    append(b, begin, backslash);
    int p = backslash;
    while (b[p] != '"') {
      if (p + 1 >= end) {
        return -1;
      }
      byte c = b[p + 1];
      p += 2;
      if (c == 'u') {
        int unit = hex(b, p, end);
        p += 4;
        if (unit < 0 || Character.isLowSurrogate((char) unit)) {
          return -1;
        }
        int codePoint = unit;
        if (Character.isHighSurrogate((char) unit)) {
          if (p + 1 >= end || b[p] != '\\' || b[p + 1] != 'u') {
            return -1;
          }
          int low = hex(b, p + 2, end);
          if (low < 0 || !Character.isLowSurrogate((char) low)) {
            return -1;
          }
          p += 6;
          codePoint = Character.toCodePoint((char) unit, (char) low);
        }
        appendUtf8(codePoint);
      } else {
        int resolved =
            switch (c) {
              case '"', '\\', '/' -> c;
              case 'b' -> '\b';
              case 'f' -> '\f';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 't' -> '\t';
              default -> -1;
            };
        if (resolved < 0) {
          return -1;
        }
        ensure(1);
        buffer[to++] = (byte) resolved;
      }
      int stop = plain(b, p, end);
      if (stop < 0) {
        return -1;
      }
      append(b, p, stop);
      p = stop;
    }
    return p + 1;
  }

  private static int hex(byte[] b, int p, int end) {
    if (end - p < 4) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = b[p + i] < 0 ? -1 : Character.digit(b[p + i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private void append(byte[] b, int begin, int stop) {
    int length = stop - begin;
    ensure(length);
    System.arraycopy(b, begin, buffer, to, length);
    to += length;
  }

  private void appendUtf8(int codePoint) {
    ensure(4);
    if (codePoint < 0x80) {
      buffer[to++] = (byte) codePoint;
    } else if (codePoint < 0x800) {
      buffer[to++] = (byte) (0xc0 | codePoint >> 6);
      buffer[to++] = (byte) (0x80 | codePoint & 0x3f);
    } else if (codePoint < 0x10000) {
      buffer[to++] = (byte) (0xe0 | codePoint >> 12);
      buffer[to++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
      buffer[to++] = (byte) (0x80 | codePoint & 0x3f);
    } else {
      buffer[to++] = (byte) (0xf0 | codePoint >> 18);
      buffer[to++] = (byte) (0x80 | codePoint >> 12 & 0x3f);
      buffer[to++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
      buffer[to++] = (byte) (0x80 | codePoint & 0x3f);
    }
  }

  /** Earlier strings of the document may live in the old array; it stays as it is. */
  private void ensure(int more) {
    if (buffer.length - to < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, to + more));
    }
  }
}
