package io.millrace.catalog.server.state;

import io.millrace.catalog.access.SecurableType;
import java.text.Normalizer;
import java.util.Comparator;
import java.util.Locale;

/**
 * A name among its siblings: {@code Orders} and {@code ORDERS} are one, in whatever Unicode form,
 * and a table and a volume may have the same.
 */
record NameKey(SecurableType type, String folded) implements Comparable<NameKey> {
  private static final Comparator<NameKey> ORDER =
      Comparator.comparing(NameKey::type).thenComparing(NameKey::folded);

  static NameKey of(SecurableType type, String name) {
    return new NameKey(type, fold(name));
  }

  /** First of a type. */
  static NameKey first(SecurableType type) {
    return new NameKey(type, "");
  }

  static String fold(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
  }

  @Override
  public int compareTo(NameKey other) {
    return ORDER.compare(this, other);
  }
}
