package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestTableCommittableSerializer {
  private static final TableCommittable EXAMPLE =
      new TableCommittable(
          "orders",
          "7f9c2ba4-e88f-4b8d-a2b1-0c1d2e3f4a5b",
          42,
          17,
          List.of(
              new DataFile("part-0.parquet", 1234, 1763800000000L, 10, "{\"numRecords\":10}"),
              new DataFile("part-1.zstd.parquet", 1, 2, 3, "{\"numRecords\":3,\"ü\":\"€\"}")),
          List.of(
              new SupersededRows("part-9.parquet", new long[] {5, 3, 1L << 40}),
              new SupersededRows("part-8.parquet", new long[0])),
          Map.of("offsets", "{\"orders-0\":100}", "watermark", "-9223372036854775808"));

  private final TableCommittableSerializer serializer = new TableCommittableSerializer();

  @Test
  void aCommittableSurvivesTheRoundTrip() throws IOException {
    TableCommittable copy =
        serializer.deserialize(serializer.getVersion(), serializer.serialize(EXAMPLE));

    assertSame(copy);
  }

  /** State written by an earlier release must be read by every later one. */
  @Test
  void theBytesOfVersionOneAreReadForEver() throws IOException {
    byte[] golden;
    try (InputStream in = getClass().getResourceAsStream("table-committable-1.bin")) {
      golden = in.readAllBytes();
    }

    assertSame(serializer.deserialize(1, golden));
    assertThat(serializer.getVersion()).isEqualTo(1);
    assertThat(serializer.serialize(EXAMPLE)).isEqualTo(golden);
  }

  @Test
  void anUnknownVersionIsRefusedNamingBoth() throws IOException {
    byte[] bytes = serializer.serialize(EXAMPLE);

    assertThatThrownBy(() -> serializer.deserialize(2, bytes))
        .isInstanceOf(IOException.class)
        .hasMessage("committable of version 2, this release reads version 1");
  }

  @Test
  void bytesThatAreNotWholeAreRefused() throws IOException {
    byte[] bytes = serializer.serialize(EXAMPLE);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> serializer.deserialize(1, cut)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> serializer.deserialize(1, Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessage("committable has 1 bytes too many");
  }

  @Test
  void statisticsMayBeLargerThanWriteUtfAllows() throws IOException {
    String stats = "{\"numRecords\":1,\"x\":\"" + "y".repeat(1 << 20) + "\"}";
    TableCommittable wide =
        new TableCommittable(
            "t", "e", 1, 1, List.of(new DataFile("f", 1, 1, 1, stats)), List.of(), Map.of());

    assertThat(serializer.deserialize(1, serializer.serialize(wide)).added().get(0).stats())
        .isEqualTo(stats);
  }

  /** Records hold arrays by identity, so compare them by hand. */
  private static void assertSame(TableCommittable copy) {
    assertThat(copy.table()).isEqualTo(EXAMPLE.table());
    assertThat(copy.epoch()).isEqualTo(EXAMPLE.epoch());
    assertThat(copy.checkpointId()).isEqualTo(EXAMPLE.checkpointId());
    assertThat(copy.sequence()).isEqualTo(EXAMPLE.sequence());
    assertThat(copy.added()).isEqualTo(EXAMPLE.added());
    assertThat(copy.info()).isEqualTo(EXAMPLE.info());
    assertThat(copy.superseded()).hasSameSizeAs(EXAMPLE.superseded());
    for (int i = 0; i < copy.superseded().size(); i++) {
      assertThat(copy.superseded().get(i).path()).isEqualTo(EXAMPLE.superseded().get(i).path());
      assertThat(copy.superseded().get(i).positions())
          .isEqualTo(EXAMPLE.superseded().get(i).positions());
    }
  }
}
