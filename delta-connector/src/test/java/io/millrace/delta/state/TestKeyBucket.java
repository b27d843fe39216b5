package io.millrace.delta.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TestKeyBucket {
  @Test
  void keepsKeysThatShareAHashApart() {
    KeyBucket bucket = new KeyBucket(2);
    bucket.read(null);
    for (int i = 0; i < 5; i++) {
      byte[] key = ("-key" + i).getBytes(UTF_8);
      assertThat(bucket.find(key, 1, 4)).isEqualTo(-1);
      int entry = bucket.add(key, 1, 4);
      bucket.values()[bucket.valueOffset(entry)] = i;
      bucket.values()[bucket.valueOffset(entry) + 1] = Long.MIN_VALUE + i;
    }
    bucket.add(new byte[0], 0, 0);

    KeyBucket read = new KeyBucket(2);
    read.read(bucket.write());

    assertThat(read.size()).isEqualTo(6);
    int entry = read.find("key3".getBytes(UTF_8), 0, 4);
    assertThat(read.values()[read.valueOffset(entry)]).isEqualTo(3);
    assertThat(read.values()[read.valueOffset(entry) + 1]).isEqualTo(Long.MIN_VALUE + 3);
    assertThat(read.find(new byte[0], 0, 0)).isEqualTo(5);
    read.read(null);
    assertThat(read.size()).isZero();
  }

  @Test
  void bytesOfVersionOneAreReadForEver() {
    KeyBucket bucket = new KeyBucket(1);
    bucket.values()[bucket.add("k".getBytes(UTF_8), 0, 1)] = -300;
    assertThat(HexFormat.of().formatHex(bucket.write())).isEqualTo("0202026bd704");
    KeyBucket read = new KeyBucket(1);
    read.read(HexFormat.of().parseHex("0202026bd704"));
    assertThat(read.values()[read.find("k".getBytes(UTF_8), 0, 1)]).isEqualTo(-300);
  }

  @Test
  void refusesEntriesOfAnotherWidth() {
    KeyBucket bucket = new KeyBucket(1);
    assertThatThrownBy(() -> new KeyBucket(3).read(bucket.write()))
        .hasMessageStartingWith(
            "STATE_INCOMPATIBLE: keyed state of version 1 with 1 values an entry, expected version"
                + " 1 with 3");
  }
}
