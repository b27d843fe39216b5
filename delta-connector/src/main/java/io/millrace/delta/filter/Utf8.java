package io.millrace.delta.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.util.Arrays;

/** Bytes in the order in which Delta and Parquet compare strings: unsigned, not Java's. */
public record Utf8(byte[] bytes) implements Comparable<Utf8>, Serializable {
  /** The bytes of a text. */
  public static Utf8 of(String text) {
    return new Utf8(text.getBytes(UTF_8));
  }

  @Override
  public int compareTo(Utf8 other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Utf8 that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return new String(bytes, UTF_8);
  }
}
