package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestByteSize {
  @Test
  void sizesAreRead() {
    assertThat(ByteSize.parse("134217728")).isEqualTo(134_217_728);
    assertThat(ByteSize.parse("128mb")).isEqualTo(134_217_728);
    assertThat(ByteSize.parse(" 1 GiB ")).isEqualTo(1L << 30);
    assertThat(ByteSize.parse("3k")).isEqualTo(3072);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "1.5m", "mb", "1 parsec", "99999999999999"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROPERTY_INVALID))
        .hasMessageContaining("'" + text + "' is no size of a file");
  }
}
