package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCatalogKey {
  @TempDir Path directory;

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  /** Cases 1 and 3 of RFC 5869, appendix A. */
  @Test
  void derivationIsThatOfTheRfc() {
    assertThat(
            CatalogKey.hkdf(
                hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                hex("000102030405060708090a0b0c"),
                hex("f0f1f2f3f4f5f6f7f8f9"),
                42))
        .isEqualTo(
            hex(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                    + "34007208d5b887185865"));
    assertThat(
            CatalogKey.hkdf(
                hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), new byte[0], new byte[0], 42))
        .isEqualTo(
            hex(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                    + "9d201395faa4b61a96c8"));
  }

  @Test
  void eachPurposeHasItsOwnKeyAndAlwaysTheSame() {
    CatalogKey key = CatalogKey.load(directory);
    assertThat(key.derive("a")).hasSize(32).isNotEqualTo(key.derive("b"));
    assertThat(CatalogKey.load(directory).derive("a")).isEqualTo(key.derive("a"));
    assertThat(key.toString()).doesNotContain(key.text());
  }
}
