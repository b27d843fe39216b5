package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
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

  private static final TableCommittable PARTITIONED =
      new TableCommittable(
          "orders",
          EXAMPLE.epoch(),
          43,
          18,
          List.of(
              new DataFile(
                  "day=2026-11-22/country=__HIVE_DEFAULT_PARTITION__/part-0.parquet",
                  1,
                  2,
                  3,
                  "{\"numRecords\":3}",
                  dayAndNoCountry())),
          List.of(),
          Map.of());

  private static Map<String, String> dayAndNoCountry() {
    Map<String, String> values = new HashMap<>();
    values.put("day", "2026-11-22");
    values.put("country", null);
    return values;
  }

  private final TableCommittableSerializer serializer = new TableCommittableSerializer();

  @Test
  void aCommittableSurvivesTheRoundTrip() throws IOException {
    TableCommittable copy =
        serializer.deserialize(serializer.getVersion(), serializer.serialize(EXAMPLE));

    assertSame(EXAMPLE, copy);
  }

  /** State written by an earlier release must be read by every later one. */
  @Test
  void theBytesOfVersionOneAreReadForEver() throws IOException {
    byte[] golden;
    try (InputStream in = getClass().getResourceAsStream("table-committable-1.bin")) {
      golden = in.readAllBytes();
    }

    assertSame(EXAMPLE, serializer.deserialize(1, golden));
  }

  @Test
  void theBytesOfVersionTwoAreReadForEver() throws IOException {
    byte[] golden;
    try (InputStream in = getClass().getResourceAsStream("table-committable-2.bin")) {
      golden = in.readAllBytes();
    }

    assertSame(PARTITIONED, serializer.deserialize(2, golden));
    assertThat(serializer.getVersion()).isEqualTo(2);
    assertThat(serializer.serialize(PARTITIONED)).isEqualTo(golden);
  }

  @Test
  void anUnknownVersionIsRefusedNamingBoth() throws IOException {
    byte[] bytes = serializer.serialize(EXAMPLE);

    assertThatThrownBy(() -> serializer.deserialize(3, bytes))
        .isInstanceOf(IOException.class)
        .hasMessage("committable of version 3, this release reads versions 1 to 2");
  }

  @Test
  void bytesThatAreNotWholeAreRefused() throws IOException {
    byte[] bytes = serializer.serialize(EXAMPLE);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> serializer.deserialize(2, cut)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> serializer.deserialize(2, Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessage("committable has 1 bytes too many");
  }

  @Test
  void statisticsMayBeLargerThanWriteUtfAllows() throws IOException {
    String stats = "{\"numRecords\":1,\"x\":\"" + "y".repeat(1 << 20) + "\"}";
    TableCommittable wide =
        new TableCommittable(
            "t", "e", 1, 1, List.of(new DataFile("f", 1, 1, 1, stats)), List.of(), Map.of());

    assertThat(serializer.deserialize(2, serializer.serialize(wide)).added().get(0).stats())
        .isEqualTo(stats);
  }

  /** Records hold arrays by identity, so compare them by hand. */
  private static void assertSame(TableCommittable expected, TableCommittable copy) {
    assertThat(copy.table()).isEqualTo(expected.table());
    assertThat(copy.epoch()).isEqualTo(expected.epoch());
    assertThat(copy.checkpointId()).isEqualTo(expected.checkpointId());
    assertThat(copy.sequence()).isEqualTo(expected.sequence());
    assertThat(copy.added()).isEqualTo(expected.added());
    assertThat(copy.info()).isEqualTo(expected.info());
    assertThat(copy.superseded()).hasSameSizeAs(expected.superseded());
    for (int i = 0; i < copy.superseded().size(); i++) {
      assertThat(copy.superseded().get(i).path()).isEqualTo(expected.superseded().get(i).path());
      assertThat(copy.superseded().get(i).positions())
          .isEqualTo(expected.superseded().get(i).positions());
    }
  }
}
