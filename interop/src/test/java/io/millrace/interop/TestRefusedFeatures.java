package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables of delta-spark with features that we do not know are refused by name, never misread. */
class TestRefusedFeatures {
  /** In no version of the protocol. */
  private static final String FEATURE = "teleportation";

  private static void assertReadRefused(SharedTable table, String named) {
    assertThatThrownBy(() -> table.flinkBatch("SELECT * FROM {t}"))
        .isInstanceOf(FlinkSql.Failed.class)
        .hasMessageContaining(named)
        .hasMessageContaining("not supported here");
  }

  @Test
  void variantsAreRefused() throws Exception {
    SharedTable table = SharedTable.named("variant");
    table.spark("CREATE TABLE {t} (id BIGINT, v VARIANT) USING delta");
    table.spark("INSERT INTO {t} SELECT 1, parse_json('{\"a\": 1}')");
    assertReadRefused(table, "variant");
  }

  @Test
  void readerFeaturesThatNobodyKnowsAreRefused() throws Exception {
    SharedTable table = withFeature("readerFeatures", "writerFeatures");
    assertReadRefused(table, FEATURE);
  }

  private static SharedTable withFeature(String... lists) throws IOException {
    SharedTable table = SharedTable.named("teleporting");
    table.spark(
        "CREATE TABLE {t} (id BIGINT) USING delta TBLPROPERTIES"
            + " ('delta.enableDeletionVectors' = 'true')");
    table.spark("INSERT INTO {t} VALUES (1)");
    String entry = Files.readString(table.entry(0));
    for (String list : lists) {
      String start = "\"" + list + "\":[";
      assertThat(entry).contains(start);
      entry = entry.replace(start, start + "\"" + FEATURE + "\",");
    }
    Files.writeString(table.entry(0), entry);
    // They repeat the protocol.
    for (long version = 0; version < 2; version++) {
      table.forgetChecksum(version);
    }
    return table;
  }

  @Test
  void writerFeaturesThatNobodyKnowsAreReadAndNotWritten() throws Exception {
    SharedTable table = withFeature("writerFeatures");
    assertThat(table.flinkBatch("SELECT * FROM {t}")).containsExactly("(1)");
    assertThatThrownBy(() -> table.flink("INSERT INTO {t} VALUES (2)"))
        .hasMessageContaining(FEATURE);
    assertThat(table.flinkBatch("SELECT * FROM {t}")).containsExactly("(1)");
  }

  private static SharedTable withProperty(String name, String properties) throws IOException {
    SharedTable table = SharedTable.named(name.toLowerCase(Locale.ROOT));
    table.spark(
        "CREATE TABLE {t} (id BIGINT, p STRING) USING delta PARTITIONED BY (p) TBLPROPERTIES ("
            + properties
            + ")");
    assertThat(Files.readString(table.entry(0))).contains("\"" + name + "\"");
    table.spark("INSERT INTO {t} VALUES (1, 'p')");
    return table;
  }

  @Test
  void writerFeaturesThatWeDoNotHaveAreReadAndNotWritten() throws Exception {
    Map<String, String> properties = new LinkedHashMap<>();
    for (String name : List.of("allowColumnDefaults", "materializePartitionColumns")) {
      properties.put(name, "'delta.feature." + name + "' = 'supported'");
    }
    for (String version : List.of("1", "2")) {
      properties.put(
          "icebergCompatV" + version,
          "'delta.columnMapping.mode' = 'name', 'delta.enableIcebergCompatV%s' = 'true'"
              .formatted(version));
    }
    for (Map.Entry<String, String> feature : properties.entrySet()) {
      SharedTable table = withProperty(feature.getKey(), feature.getValue());
      table.agree(1);
      assertThatThrownBy(() -> table.flink("INSERT INTO {t} VALUES (2, 'q')"))
          .hasMessageContaining("TABLE_UNSUPPORTED")
          .hasMessageContaining(feature.getKey());
      table.agree(1);
    }
  }

  @Test
  void featuresOfThoseWhoCleanUpAreReadAndWritten() throws Exception {
    for (String name : List.of("vacuumProtocolCheck", "checkpointProtection")) {
      SharedTable table = withProperty(name, "'delta.feature." + name + "' = 'supported'");
      table.agree(1);
      table.flink("INSERT INTO {t} VALUES (2, 'q')");
      table.spark("UPDATE {t} SET p = 'r' WHERE id = 2");
      table.agree(2);
    }
  }
}
