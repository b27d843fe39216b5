package io.millrace.delta.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestKeyTable {
  private static final long[] HOSTILE = {
    0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 0x9E37_79B9_7F4A_7C15L
  };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void longTableAgreesWithAHashMap(long seed) throws IOException {
    Random random = new Random(seed);
    int spread = 1 << random.nextInt(4, 16);
    Map<@Nullable Long, Long> expected = new HashMap<>();
    LongKeyTable table = KeyTable.ofLongs(2);
    for (int step = 0; step < 60_000; step++) {
      Long key = longKey(random, spread);
      int slot = key == null ? table.findNull() : table.find(key);
      assertThat(slot >= 0).isEqualTo(expected.containsKey(key));
      if (random.nextInt(100) < 35) {
        if (slot >= 0) {
          table.remove(slot);
          expected.remove(key);
        }
      } else {
        int inserted = key == null ? table.insertNull() : table.insert(key);
        assertThat(inserted < 0).isEqualTo(expected.containsKey(key));
        int at = inserted < 0 ? ~inserted : inserted;
        if (inserted >= 0) {
          assertThat(table.value(at, 0)).isZero();
          assertThat(table.value(at, 1)).isZero();
        }
        table.setValue(at, 0, step);
        table.setValue(at, 1, -step);
        expected.put(key, (long) step);
      }
      if (step % 10_000 == 9_999) {
        assertThat(longEntries(table)).isEqualTo(expected);
        table = copy(table);
        assertThat(longEntries(table)).isEqualTo(expected);
      }
      assertThat(table.size()).isEqualTo(expected.size());
    }
  }

  private static @Nullable Long longKey(Random random, int spread) {
    int choice = random.nextInt(20);
    if (choice == 0) {
      return null;
    }
    if (choice < 4) {
      return HOSTILE[random.nextInt(HOSTILE.length)];
    }
    // Multiples of a power of two defeat tables that look at the low bits only.
    return (long) random.nextInt(spread) << (choice < 10 ? 0 : 40);
  }

  private static Map<@Nullable Long, Long> longEntries(LongKeyTable table) {
    Map<@Nullable Long, Long> entries = new HashMap<>();
    for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
      Long key = table.isNullKey(slot) ? null : Long.valueOf(table.longKey(slot));
      assertThat(entries.put(key, table.value(slot, 0))).isNull();
      assertThat(table.value(slot, 1)).isEqualTo(-table.value(slot, 0));
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32})
  void bytesTableAgreesWithAHashMapEvenWhereHashesCollide(int hashBits) throws IOException {
    Random random = new Random(hashBits);
    Map<String, Long> expected = new HashMap<>();
    BytesKeyTable table = KeyTable.ofBytes(1);
    int keys = hashBits == 32 ? 5_000 : 60;
    for (int step = 0; step < 40_000; step++) {
      String key = "k".repeat(random.nextInt(3)) + random.nextInt(keys);
      if (random.nextInt(500) == 0) {
        key = "";
      }
      byte[] bytes = ("<" + key + ">").getBytes(UTF_8);
      int hash = hashBits == 0 ? 0 : key.hashCode() >>> (32 - hashBits);
      int slot = table.find(hash, bytes, 1, bytes.length - 2);
      assertThat(slot >= 0).isEqualTo(expected.containsKey(key));
      if (random.nextInt(100) < 40) {
        if (slot >= 0) {
          table.remove(slot);
          expected.remove(key);
        }
      } else {
        int inserted = table.insert(hash, bytes, 1, bytes.length - 2);
        assertThat(inserted < 0).isEqualTo(expected.containsKey(key));
        table.setValue(inserted < 0 ? ~inserted : inserted, 0, step);
        expected.put(key, (long) step);
      }
      if (step % 10_000 == 9_999) {
        assertThat(bytesEntries(table)).isEqualTo(expected);
        table = copy(table);
      }
    }
    assertThat(bytesEntries(table)).isEqualTo(expected);
  }

  private static Map<String, Long> bytesEntries(BytesKeyTable table) {
    Map<String, Long> entries = new HashMap<>();
    for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
      String key =
          new String(table.keyBytes(), table.keyOffset(slot), table.keyLength(slot), UTF_8);
      assertThat(entries.put(key, table.value(slot, 0))).isNull();
    }
    return entries;
  }

  @Test
  void aWalkThatRemovesMeetsEveryEntryThatStays() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      LongKeyTable table = KeyTable.ofLongs(0);
      Map<Long, Boolean> seen = new HashMap<>();
      for (int i = 0; i < 200; i++) {
        long key = random.nextInt(400);
        table.insert(key);
        seen.put(key, key % 3 == 0);
      }
      for (int slot = table.next(-1); slot >= 0; ) {
        if (table.longKey(slot) % 3 == 0) {
          slot = table.next(slot);
        } else {
          table.remove(slot);
          slot = table.next(slot - 1);
        }
      }
      seen.values().removeIf(stays -> !stays);
      assertThat(table.size()).isEqualTo(seen.size());
      seen.keySet().forEach(key -> assertThat(table.find(key)).isNotNegative());
    }
  }

  @Test
  void removedKeyBytesAreGivenBack() {
    BytesKeyTable table = KeyTable.ofBytes(0);
    byte[] key = new byte[1000];
    for (int i = 0; i < 10_000; i++) {
      ByteBuffer.wrap(key).putInt(i);
      int slot = table.insert(i, key, 0, key.length);
      if (i % 100 != 0) {
        table.remove(slot);
      }
    }
    assertThat(table.size()).isEqualTo(100);
    assertThat(table.memoryBytes()).isLessThan(1_000_000);
    ByteBuffer.wrap(key).putInt(9_900);
    assertThat(table.find(9_900, key, 0, key.length)).isNotNegative();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 3_000_000})
  void keysOfAnyLengthAreFoundAndWritten(int length) throws IOException {
    byte[] key = new byte[length + 2];
    new Random(length).nextBytes(key);
    BytesKeyTable table = KeyTable.ofBytes(1);
    table.insert(7, key, 0, length / 2);
    table.remove(table.find(7, key, 0, length / 2));
    table.setValue(table.insert(7, key, 1, length), 0, 99);
    table.insert(7, key, 0, length + 2);

    for (BytesKeyTable each : new BytesKeyTable[] {table, copy(table)}) {
      int slot = each.find(7, key, 1, length);
      assertThat(each.value(slot, 0)).isEqualTo(99);
      assertThat(each.keyLength(slot)).isEqualTo(length);
      int offset = each.keyOffset(slot);
      assertThat(Arrays.copyOfRange(each.keyBytes(), offset, offset + length))
          .isEqualTo(Arrays.copyOfRange(key, 1, length + 1));
      assertThat(each.find(7, key, 0, length + 2)).isNotNegative();
      assertThat(each.find(8, key, 1, length)).isEqualTo(-1);
    }
  }

  @Test
  void reservedRoomIsEnoughAndNotMuchMore() {
    LongKeyTable table = KeyTable.ofLongs(1);
    table.insert(1);
    table.insert(0);
    table.reserve(100_000);
    int moves = table.moves();
    for (int i = 2; i <= 100_000; i++) {
      table.insert(i * 31L);
    }
    table.reserve(100_000);

    assertThat(table.moves()).isEqualTo(moves);
    assertThat(table.find(1)).isNotNegative();
    assertThat(table.find(0)).isNotNegative();
    assertThat(table.memoryBytes()).isBetween(16L * 100_000, 30L * 100_000);
  }

  @Test
  void neverFillsMoreThanThreeFifths() {
    LongKeyTable table = KeyTable.ofLongs(0);
    for (int i = 1; i <= 100_000; i++) {
      table.insert(i * 31L);
    }
    double slots = table.memoryBytes() / 8.0;
    assertThat(100_000 / slots).isBetween(0.25, 0.6);
  }

  @Test
  void clearKeepsNothing() {
    LongKeyTable table = KeyTable.ofLongs(1);
    table.insertNull();
    table.insert(0);
    table.setValue(table.insert(7), 0, 9);
    table.clear();
    assertThat(table.size()).isZero();
    assertThat(table.next(-1)).isEqualTo(-1);
    assertThat(table.value(table.insert(7), 0)).isZero();
  }

  @Test
  void bytesOfVersionOneAreReadForEver() throws IOException {
    LongKeyTable longs = KeyTable.ofLongs(2);
    longs.setStamp(77);
    longs.setValue(longs.insert(Long.MIN_VALUE), 0, -5);
    longs.setValue(longs.insert(0), 1, 300);
    longs.insertNull();
    BytesKeyTable bytes = KeyTable.ofBytes(1);
    bytes.setValue(bytes.insert(-2, "key".getBytes(UTF_8), 0, 3), 0, Long.MAX_VALUE);

    assertThat(hex(longs))
        .isEqualTo(
            "010000000002000000000000004d00000003"
                + "00000015"
                + "01ffffffffffffffffff010900"
                + "000000"
                + "010000d804"
                + "00000000");
    assertThat(hex(bytes))
        .isEqualTo(
            "010100000001000000000000000000000001"
                + "0000000f"
                + "03066b6579feffffffffffffffff01"
                + "00000000");
    assertThat(hex(copy(longs))).isEqualTo(hex(longs));
    assertThat(copy(longs).stamp()).isEqualTo(77);
  }

  @Test
  void refusesBrokenBytes() throws IOException {
    LongKeyTable table = KeyTable.ofLongs(1);
    table.insert(3);
    byte[] whole = written(table);
    byte[] version = whole.clone();
    version[0] = 9;
    byte[] size = whole.clone();
    size[17] = 2;
    byte[] entry = whole.clone();
    entry[whole.length - 5] = (byte) 0xFF;

    assertThatThrownBy(() -> read(version))
        .hasMessageContaining("STATE_CORRUPT: keyed state cannot be read: version 9");
    assertThatThrownBy(() -> read(size)).hasMessageContaining("1 entries where 2 were written");
    assertThatThrownBy(() -> read(entry)).hasMessageContaining("an entry ends behind its block");
    assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 6)))
        .isInstanceOf(IOException.class);
  }

  private static String hex(KeyTable table) throws IOException {
    return HexFormat.of().formatHex(written(table));
  }

  private static LongKeyTable copy(LongKeyTable table) throws IOException {
    return (LongKeyTable) read(written(table));
  }

  private static BytesKeyTable copy(BytesKeyTable table) throws IOException {
    return (BytesKeyTable) read(written(table));
  }

  private static byte[] written(KeyTable table) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    table.write(out);
    return out.getCopyOfBuffer();
  }

  private static KeyTable read(byte[] bytes) throws IOException {
    return KeyTable.read(new DataInputDeserializer(bytes));
  }
}
