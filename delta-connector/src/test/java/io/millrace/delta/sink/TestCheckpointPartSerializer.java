package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class TestCheckpointPartSerializer {
  private final TypeSerializer<CheckpointPart> serializer =
      CheckpointPartTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl());

  @Test
  void statisticsLongerThanSixtyFourKilobytesPass() throws IOException {
    String stats = "é".repeat(100_000);
    var output =
        new WriterOutput(
            "silver",
            7,
            List.of(
                new DataFile("part-00000-00.zstd.parquet", 12, 34, 56, stats),
                new DataFile("day=1/part", 1, 2, 3, "{}", dayAndNothing())),
            List.of(new SupersededRows("a.parquet", new long[] {3, 1, 2})),
            Optional.of("small: id < 9"));

    var read = (WriterOutput) roundTrip(output);

    assertThat(read.table()).isEqualTo("silver");
    assertThat(read.checkpointId()).isEqualTo(7);
    assertThat(read.added()).isEqualTo(output.added());
    assertThat(read.checked()).hasValue("small: id < 9");
    assertThat(read.superseded()).hasSize(1);
    assertThat(read.superseded().get(0).path()).isEqualTo("a.parquet");
    assertThat(read.superseded().get(0).positions()).containsExactly(3, 1, 2);
  }

  @Test
  void reportsKeepCountsOffsetsAndTime() throws IOException {
    var report =
        new OperatorReport(
            "parse",
            CheckpointPart.END_OF_INPUT,
            Map.of("in", 3L, "malformed", 1L),
            Map.of("orders-0", 42L),
            1_700_000_000_000L);

    assertThat(roundTrip(report)).isEqualTo(report);
  }

  @Test
  void copiesOnePartAndLeavesTheNext() throws IOException {
    var first = new OperatorReport("a", 1, Map.of(), Map.of(), Long.MIN_VALUE);
    var second = new WriterOutput("t", 2, List.of(), List.of());
    var target = new DataOutputSerializer(16);
    serializer.serialize(first, target);
    serializer.serialize(second, target);
    var source = new DataInputDeserializer(target.getCopyOfBuffer());

    var copied = new DataOutputSerializer(16);
    serializer.copy(source, copied);

    assertThat(serializer.deserialize(new DataInputDeserializer(copied.getCopyOfBuffer())))
        .isEqualTo(first);
    assertThat(serializer.deserialize(source)).isEqualTo(second);
  }

  @Test
  void refusesAVersionItDoesNotKnow() throws IOException {
    var target = new DataOutputSerializer(16);
    serializer.serialize(new WriterOutput("t", 2, List.of(), List.of()), target);
    byte[] bytes = target.getCopyOfBuffer();
    bytes[4] = 9;

    assertThatThrownBy(() -> serializer.deserialize(new DataInputDeserializer(bytes)))
        .hasMessage("checkpoint part of version 9, expected 1 to 3");
  }

  private static Map<String, String> dayAndNothing() {
    Map<String, String> values = new HashMap<>();
    values.put("day", "1");
    values.put("country", null);
    return values;
  }

  /** Parts are in flight in the checkpoints of an earlier release. */
  @Test
  void readsPartsOfVersionOne() throws IOException {
    var body = new DataOutputSerializer(64);
    body.writeByte(1);
    body.writeByte(1);
    FieldCodec.writeString("t", body);
    body.writeLong(3);
    body.writeInt(1);
    FieldCodec.writeString("f", body);
    body.writeLong(10);
    body.writeLong(20);
    body.writeLong(30);
    FieldCodec.writeString("{}", body);
    body.writeInt(0);
    var target = new DataOutputSerializer(64);
    FieldCodec.writeBytes(body.getCopyOfBuffer(), target);

    var read =
        (WriterOutput) serializer.deserialize(new DataInputDeserializer(target.getCopyOfBuffer()));

    assertThat(read.added()).containsExactly(new DataFile("f", 10, 20, 30, "{}"));
  }

  @Test
  void readsTheBytesOfVersionTwo() throws IOException {
    byte[] golden =
        HexFormat.of()
            .parseHex(
                "0000008202010000000673696c7665720000000000000007000000010000000a6461793d312f7061"
                    + "7274000000000000000100000000000000020000000000000003000000027b7d0000000100000003"
                    + "6461790100000001310000000100000009612e706172717565740000000300000000000000030000"
                    + "0000000000010000000000000002");

    var read = (WriterOutput) serializer.deserialize(new DataInputDeserializer(golden));

    assertThat(read.table()).isEqualTo("silver");
    assertThat(read.checkpointId()).isEqualTo(7);
    assertThat(read.added())
        .containsExactly(new DataFile("day=1/part", 1, 2, 3, "{}", Map.of("day", "1")));
    assertThat(read.superseded().get(0).positions()).containsExactly(3, 1, 2);
  }

  @Test
  void readsTheBytesOfVersionThree() throws IOException {
    byte[] golden =
        HexFormat.of()
            .parseHex(
                "0000008803010000000673696c7665720000000000000007000000010000000a6461793d312f7061"
                    + "7274000000000000000100000000000000020000000000000003000000027b7d0000000100000003"
                    + "6461790100000001310000000100000009612e706172717565740000000300000000000000030000"
                    + "0000000000010000000000000002010000000161");

    var read = (WriterOutput) serializer.deserialize(new DataInputDeserializer(golden));

    assertThat(read.checked()).hasValue("a");
    var written = new DataOutputSerializer(16);
    serializer.serialize(read, written);
    assertThat(written.getCopyOfBuffer()).isEqualTo(golden);
  }

  private CheckpointPart roundTrip(CheckpointPart part) throws IOException {
    var target = new DataOutputSerializer(16);
    serializer.serialize(part, target);
    return serializer.deserialize(new DataInputDeserializer(target.getCopyOfBuffer()));
  }
}
