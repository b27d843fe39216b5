package io.millrace.delta.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class TestFlatRowSerializer {
  private static final RowType TYPE = EveryType.rowType();
  private static final int ROWS = 40;

  private final FlatRowSerializer serializer = new FlatRowSerializer(TYPE);
  private final RowDataSerializer binary = new RowDataSerializer(TYPE);

  @Test
  void everyTypeSurvivesARoundTripIntoAReusedRow() throws Exception {
    DataInputDeserializer in = new DataInputDeserializer(written(serializer));
    RowData reuse = serializer.createInstance();
    for (int n = 0; n < ROWS; n++) {
      reuse = serializer.deserialize(reuse, in);
      assertThat(asBinary(reuse)).isEqualTo(asBinary(row(n)));
      assertThat(reuse.getRowKind()).isEqualTo(row(n).getRowKind());
    }
    assertThat(in.available()).isZero();
  }

  @Test
  void copiesBytesWithoutReadingThem() throws Exception {
    byte[] bytes = written(serializer);
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    DataOutputSerializer out = new DataOutputSerializer(64);
    for (int n = 0; n < ROWS; n++) {
      serializer.copy(in, out);
    }
    assertThat(out.getCopyOfBuffer()).isEqualTo(bytes);
  }

  @Test
  void copyIsIndependentOfAReusedRow() throws Exception {
    DataInputDeserializer in = new DataInputDeserializer(written(serializer));
    RowData reuse = serializer.deserialize(serializer.createInstance(), in);
    RowData copy = serializer.copy(reuse);
    RowData refilled = serializer.copy(reuse, serializer.createInstance());
    serializer.deserialize(reuse, in);

    assertThat(asBinary(copy)).isEqualTo(asBinary(row(0)));
    assertThat(asBinary(refilled)).isEqualTo(asBinary(row(0)));
  }

  @Test
  void genericAndFlatRowsGiveTheSameBytes() throws Exception {
    for (int n = 0; n < ROWS; n++) {
      FlatRow flat = new FlatRow(TYPE);
      flat.copyFrom(row(n));
      DataOutputSerializer ofFlat = new DataOutputSerializer(64);
      DataOutputSerializer ofGeneric = new DataOutputSerializer(64);
      serializer.serialize(flat, ofFlat);
      serializer.serialize(row(n), ofGeneric);
      assertThat(ofFlat.getCopyOfBuffer()).isEqualTo(ofGeneric.getCopyOfBuffer());
    }
  }

  @Test
  void bytesOfVersionOneAreReadForEver() throws Exception {
    byte[] golden = golden("flat-row-1.bin", written(serializer));
    DataInputDeserializer in = new DataInputDeserializer(golden);
    for (int n = 0; n < ROWS; n++) {
      assertThat(asBinary(serializer.deserialize(in))).isEqualTo(asBinary(row(n)));
    }
    assertThat(written(serializer)).isEqualTo(golden);
  }

  @Test
  void snapshotOfVersionOneRestoresTheSerializer() throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    byte[] golden = golden("flat-row-snapshot-1.bin", out.getCopyOfBuffer());

    TypeSerializerSnapshot<RowData> read =
        TypeSerializerSnapshot.readVersionedSnapshot(
            new DataInputDeserializer(golden), getClass().getClassLoader());

    assertThat(read.restoreSerializer()).isEqualTo(serializer);
    assertThat(out.getCopyOfBuffer()).isEqualTo(golden);
  }

  @Test
  void namesAndNotNullMayChangeButTypesMayNot() {
    assertThat(compatible("ROW<a INT NOT NULL, b STRING>", "ROW<x INT, y STRING>")).isTrue();
    assertThat(compatible("ROW<a INT, b STRING>", "ROW<a BIGINT, b STRING>")).isFalse();
    assertThat(compatible("ROW<a INT, b STRING>", "ROW<b STRING, a INT>")).isFalse();
    assertThat(compatible("ROW<a INT, b STRING>", "ROW<a INT>")).isFalse();
    assertThat(compatible("ROW<a DECIMAL(10, 2)>", "ROW<a DECIMAL(10, 3)>")).isFalse();
  }

  private static boolean compatible(String old, String now) {
    return new FlatRowSerializer((RowType) EveryType.type(now))
        .snapshotConfiguration()
        .resolveSchemaCompatibility(
            new FlatRowSerializer((RowType) EveryType.type(old)).snapshotConfiguration())
        .isCompatibleAsIs();
  }

  @Test
  void travelsWithAJobAsAnObject() throws Exception {
    TypeSerializer<RowData> clone = InstantiationUtil.clone(serializer);
    assertThat(clone).isEqualTo(serializer);
    assertThat(written(clone)).isEqualTo(written(serializer.duplicate()));
  }

  @Test
  void refusesABrokenRow() {
    byte[] bytes = {4, 0, 0, 1, 2};
    assertThatThrownBy(
            () ->
                new FlatRowSerializer(RowType.of(EveryType.type("TINYINT")))
                    .deserialize(new DataInputDeserializer(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("row of 4 bytes was read as 3 bytes");
  }

  private static RowData row(int n) {
    RowData row = EveryType.row(n);
    row.setRowKind(RowKind.values()[n % 4]);
    return row;
  }

  private byte[] written(TypeSerializer<RowData> by) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    for (int n = 0; n < ROWS; n++) {
      by.serialize(row(n), out);
    }
    return out.getCopyOfBuffer();
  }

  private RowData asBinary(RowData row) {
    return binary.toBinaryRow(row).copy();
  }

  /** The stored bytes; with {@code -Dgolden=DIR} the present ones are stored there first. */
  private static byte[] golden(String name, byte[] present) throws IOException {
    String directory = System.getProperty("golden");
    if (directory != null) {
      Files.write(Path.of(directory, name), present);
      return present;
    }
    try (InputStream in = TestFlatRowSerializer.class.getResourceAsStream(name)) {
      assertThat(in).describedAs("golden file " + name).isNotNull();
      return in.readAllBytes();
    }
  }
}
