package io.millrace.delta.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class TestFlatRow {
  private static final RowType TYPE = EveryType.rowType();

  @Test
  void holdsEveryTypeAsAGenericRowDoes() {
    RowDataSerializer binary = new RowDataSerializer(TYPE);
    FlatRow row = new FlatRow(TYPE);
    for (int n = 0; n < 30; n++) {
      GenericRowData expected = EveryType.row(n);
      expected.setRowKind(RowKind.values()[n % 4]);

      row.copyFrom(expected);
      assertSameFields(row, expected);

      // Flink's binary rows hand out strings that lie in the middle of a segment.
      row.copyFrom(binary.toBinaryRow(expected).copy());
      assertSameFields(row, expected);
      assertThat(row.getRowKind()).isEqualTo(expected.getRowKind());
    }
  }

  private static void assertSameFields(FlatRow row, RowData expected) {
    RowDataSerializer binary = new RowDataSerializer(TYPE);
    for (int i = 0; i < row.getArity(); i++) {
      LogicalType type = TYPE.getTypeAt(i);
      RowData.FieldGetter getter = RowData.createFieldGetter(type, i);
      Object value = getter.getFieldOrNull(row);
      if (RowLayout.slotOf(type) != RowLayout.Slot.OBJECT) {
        assertThat(value)
            .describedAs(type.asSummaryString())
            .isEqualTo(getter.getFieldOrNull(expected));
      }
    }
    assertThat(binary.toBinaryRow(row).copy()).isEqualTo(binary.toBinaryRow(expected).copy());
  }

  @Test
  void copyDoesNotFollowTheOriginal() {
    byte[] shared = "first".getBytes(StandardCharsets.UTF_8);
    FlatRow row = FlatRows.of(RowType.of(EveryType.type("STRING"), EveryType.type("INT")), null, 1);
    row.setBytes(0, shared, 0, shared.length);

    FlatRow copy = row.copy();
    shared[0] = 'F';
    row.setLong(1, 2);

    assertThat(copy.getString(0)).hasToString("first");
    assertThat(copy.getInt(1)).isEqualTo(1);
    assertThat(row.getString(0)).hasToString("First");
  }

  @Test
  void copyFieldTakesOverValueAndNull() {
    FlatRow from =
        FlatRows.of(RowType.of(EveryType.type("STRING"), EveryType.type("STRING")), "a", null);
    FlatRow to = FlatRows.of(from.layout().rowType(), "b", "c");

    to.copyField(from, 1, 0);
    to.copyField(from, 0, 1);

    assertThat(to).hasToString("+I(null,a)");
  }

  @Test
  void equalRowsHaveEqualHashes() {
    for (int n = 0; n < 30; n++) {
      FlatRow left = new FlatRow(TYPE);
      FlatRow right = new FlatRow(TYPE);
      left.copyFrom(EveryType.row(n));
      right.copyFrom(EveryType.row(n));
      assertThat(left).isEqualTo(right).hasSameHashCodeAs(right);
      FlatRow other = new FlatRow(TYPE);
      other.copyFrom(EveryType.row(n + 1));
      assertThat(left).isNotEqualTo(other);
    }
    FlatRow deleted = FlatRows.of(RowType.of(EveryType.type("INT")), 1);
    deleted.setRowKind(RowKind.DELETE);
    assertThat(deleted).isNotEqualTo(FlatRows.of(RowType.of(EveryType.type("INT")), 1));
  }

  @Test
  void aDecimalOfAnotherScaleIsBroughtToTheScaleOfTheColumn() {
    RowType type = RowType.of(EveryType.type("DECIMAL(10, 2)"));
    FlatRow row = new FlatRow(type);
    row.copyFrom(GenericRowData.of(DecimalData.fromBigDecimal(new BigDecimal("7.5"), 2, 1)));
    assertThat(row.longAt(0)).isEqualTo(750);

    assertThatThrownBy(
            () ->
                row.copyFrom(
                    GenericRowData.of(DecimalData.fromBigDecimal(new BigDecimal("1e20"), 38, 0))))
        .hasMessage("decimal does not fit DECIMAL(10, 2)");
  }

  @Test
  void refusesAnotherNumberOfValues() {
    assertThatThrownBy(() -> FlatRows.of(RowType.of(EveryType.type("INT")), 1, 2))
        .hasMessage("2 values for 1 columns");
  }

  @Test
  void borrowsTheBytesOfAString() {
    FlatRow row = new FlatRow(RowType.of(EveryType.type("STRING")));
    StringData string = StringData.fromBytes("abcdef".getBytes(StandardCharsets.UTF_8), 2, 3);
    FlatRows.setString(row, 0, string);
    assertThat(row.offsetAt(0)).isEqualTo(2);
    assertThat(row.getString(0)).hasToString("cde");
  }
}
