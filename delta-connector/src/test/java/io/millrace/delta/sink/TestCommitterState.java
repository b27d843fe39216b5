package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.sink.CommitterState.LastTransaction;
import io.millrace.delta.sink.CommitterState.PreparedEpoch;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fault 12: state of an earlier release, with rows that are not committed yet. */
class TestCommitterState {
  /** What version 1 wrote; a later release must still read it. */
  private static final String GOLDEN =
      "0000000100000001000000066f72646572730000000572756e2d3100000000000000110000000100"
          + "0000086f72646572732d300000000000000063000000010000000570617273650000000100000002"
          + "696e000000000000000c00000000000003e800000002000000010000000572756e2d310000000000"
          + "00000300000001000000086f72646572732d30000000000000006300000001000000057061727365"
          + "0000000100000002696e000000000000000c00000000000003e80000000100000082000000066f72"
          + "646572730000000572756e2d3100000000000000030000000000000011000000010000000e706172"
          + "742d302e70617271756574000000000000000100000000000000020000000000000003000000107b"
          + "226e756d5265636f726473223a337d000000000000000000000001000000076f6666736574730000"
          + "00027b7d";

  private static CommitterState example() {
    var state = new CommitterState();
    state.last.put("orders", new LastTransaction("run-1", 17));
    state.add(new OperatorReport("parse", 3, Map.of("in", 12L), Map.of("orders-0", 99L), 1000));
    var file = new DataFile("part-0.parquet", 1, 2, 3, "{\"numRecords\":3}");
    state.pending.add(
        new PreparedEpoch(
            state.epoch("run-1", 3),
            List.of(
                new TableCommittable(
                    "orders", "run-1", 3, 17, List.of(file), List.of(), Map.of("offsets", "{}")))));
    return state;
  }

  @Test
  void stateOfVersionOneIsReadForEver() throws IOException {
    CommitterState expected = example();

    CommitterState read = CommitterState.of(HexFormat.of().parseHex(GOLDEN));

    assertThat(read.last).isEqualTo(expected.last);
    assertThat(read.offsets).isEqualTo(expected.offsets);
    assertThat(read.counts).isEqualTo(expected.counts);
    assertThat(read.maxTimestampMillis).isEqualTo(1000);
    assertThat(read.pending).containsExactlyElementsOf(expected.pending);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    CommitterState read = CommitterState.of(example().toBytes());

    assertThat(read.pending).containsExactlyElementsOf(example().pending);
    assertThat(read.last).isEqualTo(example().last);
  }

  @Test
  void aLaterVersionIsRefusedNamingBoth() throws IOException {
    byte[] bytes = example().toBytes();
    bytes[3]++;

    assertThatThrownBy(() -> CommitterState.of(bytes))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_INCOMPATIBLE))
        .hasMessageMatching(
            "(?s)STATE_INCOMPATIBLE: the committer's state has version \\d+, this release reads"
                + " version \\d+\n.*");
  }

  @Test
  void bytesThatAreNotWholeAreRefused() throws IOException {
    byte[] bytes = example().toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> CommitterState.of(cut)).isInstanceOf(IOException.class);
    }
  }
}
