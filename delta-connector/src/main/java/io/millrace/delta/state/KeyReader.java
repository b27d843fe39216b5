package io.millrace.delta.state;

/** Reads what a {@link KeyBuffer} wrote. */
final class KeyReader {
  private byte[] bytes = {};
  private int at;
  private int end;

  void reset(byte[] from, int offset, int length) {
    bytes = from;
    at = offset;
    end = offset + length;
  }

  boolean atEnd() {
    return at >= end;
  }

  boolean isBehindEnd() {
    return at < 0 || at > end;
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return at;
  }

  int nextByte() {
    return bytes[at++];
  }

  long nextLong() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
  }

  void skip(int count) {
    at += count;
  }
}
