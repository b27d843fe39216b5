package io.millrace.jobs.json;

/**
 * Well-formed UTF-8 by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing
 * above U+10FFFF.
 */
public final class Utf8 {
  private Utf8() {}

  /** Index of the first byte that is no part of a well-formed sequence, or -1. */
  public static int firstInvalid(byte[] bytes, int from, int end) {
    int p = from;
    while (p < end) {
      if (bytes[p] >= 0) {
        p++;
        continue;
      }
      int next = skip(bytes, p, end);
      if (next < 0) {
        return p;
      }
      p = next;
    }
    return -1;
  }

  /**
   * The index after the multi-byte sequence that begins at {@code p}, or -1 if there is none.
   *
   * @param p index of a byte with the high bit set
   */
  static int skip(byte[] bytes, int p, int end) {
    int lead = bytes[p] & 0xff;
    if (lead < 0xc2 || lead > 0xf4) {
      return -1;
    }
    if (lead < 0xe0) {
      return p + 1 < end && continues(bytes[p + 1]) ? p + 2 : -1;
    }
    if (lead < 0xf0) {
      if (p + 2 >= end || !continues(bytes[p + 1]) || !continues(bytes[p + 2])) {
        return -1;
      }
      int second = bytes[p + 1] & 0xff;
      boolean overlong = lead == 0xe0 && second < 0xa0;
      boolean surrogate = lead == 0xed && second >= 0xa0;
      return overlong || surrogate ? -1 : p + 3;
    }
    if (p + 3 >= end
        || !continues(bytes[p + 1])
        || !continues(bytes[p + 2])
        || !continues(bytes[p + 3])) {
      return -1;
    }
    int second = bytes[p + 1] & 0xff;
    boolean overlong = lead == 0xf0 && second < 0x90;
    boolean above = lead == 0xf4 && second >= 0x90;
    return overlong || above ? -1 : p + 4;
  }

  private static boolean continues(byte b) {
    return (b & 0xc0) == 0x80;
  }
}
