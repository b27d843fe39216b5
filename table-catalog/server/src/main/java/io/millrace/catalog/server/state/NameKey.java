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

  /**
   * Small letters, composed. Composed once more afterwards, for capitals that have no composed form
   * while their small letters do, such as {@code H} with a line below; and with one small sigma,
   * which at the end of a word has two.
   */
  static String fold(String name) {
    String small = Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(small.replace('\u03c2', '\u03c3'), Normalizer.Form.NFC);
  }

  @Override
  public int compareTo(NameKey other) {
    return ORDER.compare(this, other);
  }
}
