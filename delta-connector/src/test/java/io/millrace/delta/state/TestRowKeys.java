package io.millrace.delta.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class TestRowKeys {
  private static final RowType TYPE =
      rowType(
          "ROW<b BOOLEAN, i INT, l BIGINT NOT NULL, f FLOAT, d DOUBLE, n DECIMAL(12, 2),"
              + " w DECIMAL(30, 3), t TIMESTAMP(9), s STRING, x BYTES, due DATE>");
  private static final int[] ALL = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};

  private static GenericRowData row() {
    return GenericRowData.of(
        true,
        -7,
        Long.MIN_VALUE,
        1.5f,
        -0.0,
        DecimalData.fromUnscaledLong(-1234, 12, 2),
        DecimalData.fromBigDecimal(new BigDecimal("-123456789012345678901234567.125"), 30, 3),
        TimestampData.fromEpochMillis(-1, 999_999),
        StringData.fromString("Zürich am See"),
        new byte[] {0, 1},
        20_000);
  }

  @Test
  void hashAndBytesDoNotDependOnTheClassOfTheRow() {
    RowDataSerializer binary = new RowDataSerializer(TYPE);
    for (int nulled = -1; nulled < ALL.length; nulled++) {
      GenericRowData generic = row();
      if (nulled >= 0 && nulled != 2) {
        generic.setField(nulled, null);
      }
      FlatRow flat = new FlatRow(TYPE);
      flat.copyFrom(generic);
      RowKeys keys = new RowKeys(TYPE, ALL);
      List<RowData> rows = List.of(generic, flat, binary.toBinaryRow(generic).copy());
      for (RowData row : rows) {
        assertThat(keys.hash(row)).isEqualTo(new RowKeys(TYPE, ALL).hash(generic));
        assertThat(bytes(keys, row)).isEqualTo(bytes(keys, generic));
      }
      assertThat(decoded(keys, bytes(keys, generic))).isEqualTo(keyRow(generic));
    }
  }

  private static FlatRow keyRow(RowData row) {
    FlatRow key = new FlatRow(new RowKeys(TYPE, ALL).keyType());
    for (int i = 0; i < ALL.length; i++) {
      FlatRows.setField(key, i, row, ALL[i]);
    }
    return key;
  }

  private static FlatRow decoded(RowKeys keys, byte[] bytes) {
    FlatRow target = new FlatRow(keys.keyType());
    keys.decode(bytes, 0, bytes.length, target, 0);
    return target;
  }

  private static byte[] bytes(RowKeys keys, RowData row) {
    KeyBuffer buffer = new KeyBuffer(1);
    int length = keys.encode(row, buffer);
    return Arrays.copyOf(buffer.bytes(), length);
  }

  @Test
  void hashesNeverChange() {
    // Stored state is partitioned by these numbers: a change here loses state on restore.
    GenericRowData row = row();
    assertThat(new RowKeys(TYPE, ALL).hash(row)).isEqualTo(GOLDEN_ALL);
    assertThat(new RowKeys(TYPE, 2).hash(row)).isEqualTo(GOLDEN_LONG);
    assertThat(new RowKeys(TYPE, 8).hash(row)).isEqualTo(GOLDEN_STRING);
    assertThat(new RowKeys(TYPE).hash(row)).isZero();
    row.setField(1, null);
    assertThat(new RowKeys(TYPE, 1).hash(row)).isEqualTo(GOLDEN_NULL);
  }

  private static final int GOLDEN_ALL = 1683060413;
  private static final int GOLDEN_LONG = -1887959024;
  private static final int GOLDEN_STRING = -206527117;
  private static final int GOLDEN_NULL = -1696503237;

  @Test
  void hashesAreWellMixed() {
    RowType type = rowType("ROW<l BIGINT, s STRING>");
    for (int[] columns : new int[][] {{0}, {1}, {0, 1}}) {
      RowKeys keys = new RowKeys(type, columns);
      Set<Integer> hashes = new HashSet<>();
      int[] buckets = new int[64];
      for (int i = 0; i < 64_000; i++) {
        int hash = keys.hash(FlatRows.of(type, (long) i << 20, "customer-" + i));
        hashes.add(hash);
        buckets[hash & 63]++;
      }
      assertThat(hashes).hasSizeGreaterThan(63_980);
      for (int bucket : buckets) {
        assertThat(bucket).isBetween(850, 1150);
      }
    }
  }

  @Test
  void oneWholeNumberIsALong() {
    assertThat(new RowKeys(TYPE, 2).isLong()).isTrue();
    assertThat(new RowKeys(TYPE, 1).isLong()).isTrue();
    assertThat(new RowKeys(TYPE, 5).isLong()).isTrue();
    assertThat(new RowKeys(TYPE, 10).isLong()).isTrue();
    assertThat(new RowKeys(TYPE, 0).isLong()).isTrue();
    assertThat(new RowKeys(TYPE, 3).isLong()).isFalse();
    assertThat(new RowKeys(TYPE, 6).isLong()).isFalse();
    assertThat(new RowKeys(TYPE, 7).isLong()).isFalse();
    assertThat(new RowKeys(TYPE, 1, 2).isLong()).isFalse();
    assertThat(new RowKeys(TYPE).isLong()).isFalse();
    assertThat(new RowKeys(TYPE, 5).longKey(row())).isEqualTo(-1234);
  }

  @Test
  void tablesGiveBackTheKeysTheyWereGiven() {
    for (int[] columns : new int[][] {{1}, {2}, {8}, {8, 1, 6}, {}}) {
      RowKeys keys = new RowKeys(TYPE, columns);
      KeyTable table = keys.newTable(1);
      GenericRowData row = row();
      int inserted = keys.insert(table, keys.hash(row), row);
      assertThat(inserted).isNotNegative();
      assertThat(keys.insert(table, keys.hash(row), row)).isEqualTo(~inserted);
      assertThat(keys.find(table, keys.hash(row), row)).isEqualTo(inserted);

      FlatRow target = new FlatRow(keys.keyType());
      keys.readKey(table, inserted, target, 0);
      for (int i = 0; i < columns.length; i++) {
        FlatRow expected = new FlatRow(keys.keyType());
        FlatRows.setField(expected, i, row, columns[i]);
        FlatRow actual = new FlatRow(keys.keyType());
        actual.copyField(target, i, i);
        assertThat(actual).isEqualTo(expected);
      }
    }
  }

  @Test
  void nullsAreOneKey() {
    RowKeys keys = new RowKeys(TYPE, 1);
    GenericRowData row = row();
    row.setField(1, null);
    KeyTable table = keys.newTable(0);
    assertThat(keys.find(table, keys.hash(row), row)).isEqualTo(-1);
    int slot = keys.insert(table, keys.hash(row), row);
    assertThat(keys.insert(table, keys.hash(row), row)).isEqualTo(~slot);
    FlatRow target = new FlatRow(keys.keyType());
    target.setLong(0, 5);
    keys.readKey(table, slot, target, 0);
    assertThat(target.isNullAt(0)).isTrue();
  }

  @Test
  void allNansAreOneKeyAndTheZerosAreTwo() {
    RowType type = rowType("ROW<d DOUBLE, f FLOAT>");
    RowKeys keys = new RowKeys(type, 0, 1);
    double strangeNan = Double.longBitsToDouble(0x7FF8_0000_0000_0001L);
    float strangeFloat = Float.intBitsToFloat(0x7FC0_0001);
    FlatRow nan = FlatRows.of(type, Double.NaN, Float.NaN);
    FlatRow strange = FlatRows.of(type, strangeNan, strangeFloat);
    assertThat(keys.hash(nan)).isEqualTo(keys.hash(strange));
    assertThat(bytes(keys, nan)).isEqualTo(bytes(keys, strange));
    assertThat(bytes(keys, FlatRows.of(type, 0.0, 0f)))
        .isNotEqualTo(bytes(keys, FlatRows.of(type, -0.0, 0f)));
  }

  @Test
  void refusesTypesThatCannotBeCompared() {
    RowType type = rowType("ROW<id INT, tags ARRAY<STRING>>");
    assertThatThrownBy(() -> new RowKeys(type, 0, 1))
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith(
            "TYPE_UNSUPPORTED: column tags of type ARRAY<STRING> cannot be a key");
  }

  @Test
  void selectorTravelsWithAJob() throws Exception {
    RowKeys keys = new RowKeys(TYPE, ALL);
    assertThat(InstantiationUtil.clone(keys.selector()).getKey(row())).isEqualTo(keys.hash(row()));
    assertThat(InstantiationUtil.clone(keys).hash(row())).isEqualTo(keys.hash(row()));
  }

  private static RowType rowType(String sql) {
    return (RowType) LogicalTypeParser.parse(sql, TestRowKeys.class.getClassLoader());
  }
}
