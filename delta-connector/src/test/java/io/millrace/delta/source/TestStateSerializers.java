package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.source.DeltaSplit.Rows;
import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TestStateSerializers {
  private static final DeltaSplitSerializer SPLITS = new DeltaSplitSerializer();
  private static final EnumeratorStateSerializer STATES = new EnumeratorStateSerializer();

  /** What version 1 wrote; a later release must still read it. */
  private static final String GOLDEN_SPLIT =
      "00000000000000070000000d703d612f782e70617271756574000000000000000000000100000000"
          + "00000000020000000170010000000161000000017100010000000175000000026162000000010000"
          + "002800000000000000060100000001690000000477693562ffffffff000000030000000000000001"
          + "01000000000000000c0000018bcfe568000000000000000063";

  /** Version 2 has the length of the file as well. */
  private static final String GOLDEN_SPLIT_2 = GOLDEN_SPLIT + "0000000000003039";

  /** Version 3 has what is known of tracked rows. */
  private static final String GOLDEN_SPLIT_3 =
      GOLDEN_SPLIT_2 + "000000000000002a" + "000000000000000b";

  private static DeltaSplit split() {
    return split(12_345, OptionalLong.of(42), OptionalLong.of(11));
  }

  private static DeltaSplit split(long fileBytes) {
    return split(fileBytes, OptionalLong.empty(), OptionalLong.empty());
  }

  private static DeltaSplit split(
      long fileBytes, OptionalLong firstRowId, OptionalLong rowVersion) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("p", "a");
    values.put("q", null);
    return new DeltaSplit(
        7,
        "p=a/x.parquet",
        0,
        1L << 40,
        values,
        Optional.of(new DeletionVector("u", "ab", OptionalInt.of(1), 40, 6)),
        Optional.of(new DeletionVector("i", "wi5b", OptionalInt.empty(), 3, 1)),
        Rows.DELETED,
        12,
        1_700_000_000_000L,
        99,
        fileBytes,
        firstRowId,
        rowVersion);
  }

  @Test
  void aSplitOfAnyVersionIsReadForEver() throws IOException {
    byte[] bytes = SPLITS.serialize(split());

    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(GOLDEN_SPLIT_3);
    assertThat(SPLITS.deserialize(1, HexFormat.of().parseHex(GOLDEN_SPLIT))).isEqualTo(split(0));
    assertThat(SPLITS.deserialize(2, HexFormat.of().parseHex(GOLDEN_SPLIT_2)))
        .isEqualTo(split(12_345));
    assertThat(SPLITS.deserialize(3, bytes)).isEqualTo(split());
    assertThat(SPLITS.deserialize(3, SPLITS.serialize(split(1)))).isEqualTo(split(1));
  }

  @Test
  void anEnumeratorOfAnyVersionIsReadForEver() throws IOException {
    var state = new EnumeratorState(List.of(split()), 8, 13);

    assertThat(HexFormat.of().formatHex(STATES.serialize(state)))
        .isEqualTo("0000000000000008" + "000000000000000d" + "00000001" + GOLDEN_SPLIT_3);
    assertThat(STATES.deserialize(3, STATES.serialize(state))).isEqualTo(state);
    assertThat(
            STATES.deserialize(
                1,
                HexFormat.of()
                    .parseHex("0000000000000008" + "000000000000000d" + "00000001" + GOLDEN_SPLIT)))
        .isEqualTo(new EnumeratorState(List.of(split(0)), 8, 13));
  }

  @Test
  void whatIsNotKnownOrNotWholeIsRefused() throws IOException {
    byte[] split = SPLITS.serialize(split());
    byte[] longer = java.util.Arrays.copyOf(split, split.length + 1);

    assertThatThrownBy(() -> SPLITS.deserialize(4, split))
        .hasMessage("split of version 4, this release reads versions 1 to 3");
    assertThatThrownBy(() -> SPLITS.deserialize(3, longer))
        .hasMessage("split has 1 bytes too many");
    assertThatThrownBy(() -> SPLITS.deserialize(1, java.util.Arrays.copyOf(split, 40)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> STATES.deserialize(4, new byte[0]))
        .hasMessage("enumerator state of version 4, this release reads versions 1 to 3");
  }
}
