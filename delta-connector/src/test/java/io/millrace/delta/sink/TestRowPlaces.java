package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.LongKeyTable;
import java.io.IOException;
import java.util.BitSet;
import java.util.HexFormat;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class TestRowPlaces {
  private static final long FILE = 0x0003_1234_5678_9ABCL;
  private static final long FOREIGN = 0xFFFF_0000_0000_0001L;
  private static final long LAST_POSITION = 0xFFFF_FFFFL;

  /** An index of version 1, as it has been written since the first release. */
  private static final String INDEX =
      "010000000002000000000000000000000002"
          + "00000019"
          + "010ef8eac4e78a8d890308"
          + "0106fdffffffffff7ffeffffff1f"
          + "00000000";

  private final RowPlaces places = new RowPlaces();

  private LongKeyTable index() {
    LongKeyTable index = KeyTable.ofLongs(1);
    index.setValue(index.insert(7), 0, places.of(FILE, 4));
    index.setValue(index.insert(3), 0, places.of(FOREIGN, LAST_POSITION));
    return index;
  }

  private static String hex(KeyTable table, RowPlaces places) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    table.write(out, places);
    return HexFormat.of().formatHex(out.getCopyOfBuffer());
  }

  private static LongKeyTable read(String hex, RowPlaces places) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return (LongKeyTable) KeyTable.read(new DataInputDeserializer(bytes), 1, places);
  }

  @Test
  void aPlaceTellsFileAndPosition() {
    long place = places.of(FOREIGN, LAST_POSITION);
    long other = places.of(FILE, 0);

    assertThat(places.file(place)).isEqualTo(FOREIGN);
    assertThat(RowPlaces.position(place)).isEqualTo(LAST_POSITION);
    assertThat(places.file(other)).isEqualTo(FILE);
    assertThat(RowPlaces.position(other)).isZero();
    assertThat(places.of(FOREIGN, LAST_POSITION)).isEqualTo(place);
  }

  @Test
  void stateNamesFilesByWhatStandsForThemEverywhere() throws IOException {
    assertThat(hex(index(), places)).isEqualTo(INDEX);

    RowPlaces others = new RowPlaces();
    others.of(99, 0);
    LongKeyTable index = read(INDEX, others);
    assertThat(hex(index, others)).isEqualTo(INDEX);
    assertThat(others.file(index.value(index.find(7), 0))).isEqualTo(FILE);
  }

  @Test
  void filesThatAreOfNoUseAreForgottenAndTheOthersKeepTheirRows() {
    long[] ofFile = new long[10_000];
    for (int i = 0; i < ofFile.length; i++) {
      assertThat(places.areMany()).isEqualTo(i > 4096);
      ofFile[i] = places.of(FILE + i, i);
    }
    BitSet used = new BitSet();
    for (int i = 0; i < ofFile.length; i += 1000) {
      used.set(RowPlaces.number(ofFile[i]));
    }
    int[] renumbered = places.keepOnly(used);

    assertThat(places.areMany()).isFalse();
    for (int i = 0; i < ofFile.length; i += 1000) {
      long place = RowPlaces.renumbered(ofFile[i], renumbered);
      assertThat(places.file(place)).isEqualTo(FILE + i);
      assertThat(RowPlaces.position(place)).isEqualTo(i);
      assertThat(RowPlaces.number(place)).isLessThan(10);
      assertThat(places.of(FILE + i, i)).isEqualTo(place);
    }
    assertThat(places.file(places.of(FILE + 1, 1))).isEqualTo(FILE + 1);
  }

  @Test
  void positionsThatNoDeletionVectorCanNameAreRefused() {
    assertThatThrownBy(() -> places.of(FILE, LAST_POSITION + 1))
        .hasMessage(
            "TABLE_UNSUPPORTED: row 4294967296 of a file is to be replaced, but a deletion vector"
                + " ends at row 4294967295\n  Remedy: rewrite the table with smaller files");
    assertThatThrownBy(() -> read(INDEX.replace("feffffff1f", "feffffff7f"), new RowPlaces()))
        .hasMessage(
            "STATE_CORRUPT: the upsert index names row 17179869183 of a file\n"
                + "  Remedy: restore an earlier checkpoint or savepoint");
    assertThatThrownBy(() -> read(INDEX.replaceFirst("^010000000002", "010000000003"), places))
        .hasMessageContaining("STATE_CORRUPT")
        .hasMessageContaining("entries of 3 longs, expected 2");
  }
}
