package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.actions.DeletionVectorDescriptor;
import org.junit.jupiter.api.Test;

/**
 * The features of the protocol, one test each: delta-spark writes, we read and append, delta-spark
 * reads and goes on, we read again.
 */
class TestFeaturesBothWays {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Six rows in three files, in versions 1 to 3. */
  private static SharedTable sparkTable(String name, String properties) throws IOException {
    SharedTable table = SharedTable.named(name);
    table.spark(
        "CREATE TABLE {t} (id BIGINT, name STRING, place STRUCT<x: INT, y: STRING>) USING delta"
            + (properties.isEmpty() ? "" : " TBLPROPERTIES (" + properties + ")"));
    for (int i = 0; i < 3; i++) {
      table.spark(
          "INSERT INTO {t} SELECT /*+ COALESCE(1) */ id, concat('n', id), struct(cast(id AS INT),"
              + " 'y') FROM range(%d, %d)".formatted(2 * i, 2 * i + 2));
    }
    return table;
  }

  /** Appends two rows through Flink SQL. */
  private static void append(SharedTable table, int first) {
    table.flink(
        "INSERT INTO {t} VALUES (%d, 'ours', ROW(1, 'a')), (%d, CAST(NULL AS STRING), ROW(2, 'b'))"
            .formatted(first, first + 1));
  }

  private static List<JsonNode> actions(SharedTable table, long version, String kind)
      throws IOException {
    List<JsonNode> found = new ArrayList<>();
    for (String line : Files.readAllLines(table.entry(version))) {
      JsonNode action = JSON.readTree(line).path(kind);
      if (!action.isMissingNode()) {
        found.add(action);
      }
    }
    return found;
  }

  @Test
  void deletionVectorsOfOneFileBetweenThem() throws Exception {
    SharedTable table = sparkTable("vectors", "'delta.enableDeletionVectors' = 'true'");
    table.spark("DELETE FROM {t} WHERE id % 2 = 1");
    assertThat(actions(table, 4, "add"))
        .hasSize(3)
        .allMatch(add -> add.path("deletionVector").path("storageType").asText().equals("u"))
        .extracting(add -> add.path("deletionVector").path("pathOrInlineDv").asText())
        .containsOnly(
            actions(table, 4, "add").get(0).path("deletionVector").path("pathOrInlineDv").asText());
    table.agree(3);
    append(table, 10);
    table.agree(5);
    table.spark("UPDATE {t} SET name = 'again' WHERE id IN (2, 10)");
    table.spark(
        "MERGE INTO {t} USING (SELECT explode(array(4L, 11L, 12L)) AS key) ON id = key"
            + " WHEN MATCHED AND key = 4 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'merged'"
            + " WHEN NOT MATCHED THEN INSERT (id) VALUES (key)");
    table.agree(5);
    table.agreeOnVersions(1, 6);
    table.spark("REORG TABLE {t} APPLY (PURGE)");
    table.agree(5);
  }

  @Test
  void deletionVectorsInTheLog() throws Exception {
    SharedTable table = sparkTable("inline", "'delta.enableDeletionVectors' = 'true'");
    table.spark("DELETE FROM {t} WHERE id = 3");
    JsonNode add = actions(table, 4, "add").get(0);
    byte[] file;
    try (Stream<Path> files = Files.list(table.folder())) {
      file =
          Files.readAllBytes(
              files.filter(path -> path.toString().endsWith(".bin")).findFirst().orElseThrow());
    }
    int offset = add.path("deletionVector").path("offset").asInt() + Integer.BYTES;
    int length = add.path("deletionVector").path("sizeInBytes").asInt();
    var inline =
        DeletionVectorDescriptor.inlineInLog(Arrays.copyOfRange(file, offset, offset + length), 1);
    String vector =
        "{\"storageType\":\"i\",\"pathOrInlineDv\":%s,\"sizeInBytes\":%d,\"cardinality\":1}"
            .formatted(JSON.writeValueAsString(inline.pathOrInlineDv()), inline.sizeInBytes());
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(table.entry(4))) {
      JsonNode action = JSON.readTree(line);
      if (action.has("add")) {
        ((ObjectNode) action.path("add")).set("deletionVector", JSON.readTree(vector));
      }
      lines.add(JSON.writeValueAsString(action));
    }
    Files.write(table.entry(4), lines);
    table.forgetChecksum(4);
    try (Stream<Path> files = Files.list(table.folder())) {
      for (Path bin : files.filter(path -> path.toString().contains(".bin")).toList()) {
        Files.delete(bin);
      }
    }
    table.agree(5);
    append(table, 10);
    table.agree(7);
    table.spark("DELETE FROM {t} WHERE id = 2");
    table.agree(6);
  }

  @Test
  void shallowClonesPointToFilesElsewhere() throws Exception {
    SharedTable table = sparkTable("cloned", "'delta.enableDeletionVectors' = 'true'");
    table.spark("DELETE FROM {t} WHERE id = 3");
    SharedTable clone = SharedTable.named("clone");
    clone.spark("CREATE TABLE {t} SHALLOW CLONE delta.`" + table.folder() + "`");
    assertThat(actions(clone, 0, "add"))
        .allMatch(add -> Path.of(URI.create(add.path("path").asText())).isAbsolute())
        .anyMatch(add -> add.path("deletionVector").path("storageType").asText().equals("p"));
    clone.agree(5);
    append(clone, 10);
    clone.agree(7);
    table.agree(5);
    clone.spark("DELETE FROM {t} WHERE id IN (2, 10)");
    clone.agree(5);
    table.agree(5);
  }

  @Test
  void columnsMappedByName() throws Exception {
    mapped("mapped_by_name", "name");
  }

  @Test
  void columnsMappedById() throws Exception {
    mapped("mapped_by_id", "id");
  }

  private static void mapped(String name, String mode) throws IOException {
    SharedTable table = SharedTable.named(name);
    table.spark(
        "CREATE TABLE {t} (id BIGINT, name STRING, place STRUCT<x: INT, y: STRING>, gone INT, part"
            + " STRING) USING delta PARTITIONED BY (part) TBLPROPERTIES"
            + " ('delta.columnMapping.mode' = '%s')".formatted(mode));
    table.spark("INSERT INTO {t} VALUES (1, 'a', struct(1, 'x'), 7, 'p'), (2, 'b', null, 8, null)");
    table.agree(2);
    for (String change :
        List.of(
            "RENAME COLUMN id TO `my, id`",
            "RENAME COLUMN place.x TO `x {y}`",
            "RENAME COLUMN part TO `p=q`",
            "DROP COLUMN gone",
            "DROP COLUMN place.y",
            "ADD COLUMNS (gone STRING, place.y INT)")) {
      table.spark("ALTER TABLE {t} " + change);
    }
    table.agree(2);
    table.spark("INSERT INTO {t} SELECT * FROM {t}");
    table.agree(4);
    table.flink("INSERT INTO {t} SELECT * FROM {t}");
    table.agree(8);
    assertThat(table.flinkBatch("SELECT `my, id` FROM {t} WHERE `p=q` IS NULL"))
        .containsExactly("(2)", "(2)", "(2)", "(2)");
    table.spark("ALTER TABLE {t} RENAME COLUMN name TO renamed");
    table.spark("UPDATE {t} SET renamed = 'new', gone = 'back' WHERE `my, id` = 1");
    table.agree(8);
    table.spark("OPTIMIZE {t}");
    table.agree(8);
  }

  @Test
  void filesFromBeforeTheirColumnsWereMapped() throws Exception {
    SharedTable table = sparkTable("mapped_later", "");
    table.spark("ALTER TABLE {t} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')");
    table.spark("ALTER TABLE {t} RENAME COLUMN id TO key");
    table.spark("ALTER TABLE {t} RENAME COLUMN place.x TO z");
    table.agree(6);
    append(table, 10);
    table.agree(8);
  }

  @Test
  void mappedColumnsOfOurs() throws Exception {
    for (String mode : List.of("name", "id")) {
      SharedTable table = SharedTable.named("ours_mapped_" + mode);
      table.create(
          "`a b` BIGINT, r ROW<x INT, `y,z` ARRAY<STRING>>, p STRING",
          "'delta.columnMapping.mode' = '%s'".formatted(mode));
      table.flinkAsCreated("INSERT INTO {t} VALUES (1, ROW(7, ARRAY['p']), 'q')");
      table.agree(1);
      table.spark("ALTER TABLE {t} RENAME COLUMN r.x TO `x;`");
      table.spark("ALTER TABLE {t} DROP COLUMN p");
      table.spark("INSERT INTO {t} VALUES (2, struct(8, array('s', null)))");
      table.agree(2);
      table.flink("INSERT INTO {t} SELECT * FROM {t}");
      table.spark("UPDATE {t} SET `a b` = 3 WHERE r.`x;` = 8");
      table.agree(4);
    }
  }

  @Test
  void timesInCommits() throws Exception {
    SharedTable table = sparkTable("in_commit_times", "");
    table.spark("ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')");
    append(table, 10);
    table.spark("INSERT INTO {t} (id) VALUES (20)");
    append(table, 30);
    long last = table.version();
    long before = 0;
    for (long version = 4; version <= last; version++) {
      long time = actions(table, version, "commitInfo").get(0).path("inCommitTimestamp").asLong();
      assertThat(time).as("version " + version).isGreaterThan(before);
      before = time;
    }
    List<Row> history =
        table.spark("DESCRIBE HISTORY {t}").select("version", "timestamp").collectAsList();
    for (Row commit : history) {
      String time = commit.getInstant(1).toString();
      assertThat(table.ours(Map.of("timestamp", time)))
          .as(time)
          .isEqualTo(table.sparkRows("SELECT * FROM {t} TIMESTAMP AS OF '" + time + "'"));
    }
    assertThat(history).hasSizeGreaterThan(6);
  }

  @Test
  void timesInCommitsOfOurs() throws Exception {
    SharedTable table = SharedTable.named("ours_in_commit_times");
    table.create("id BIGINT", "'delta.enableInCommitTimestamps' = 'true'");
    table.flinkAsCreated("INSERT INTO {t} VALUES (1)");
    table.spark("INSERT INTO {t} VALUES (2)");
    table.flinkAsCreated("INSERT INTO {t} VALUES (3)");
    table.agree(3);
    table.agreeOnVersions(0, table.version());
  }

  @Test
  void rowsThatAreTracked() throws Exception {
    SharedTable table = sparkTable("tracked", "'delta.enableRowTracking' = 'true'");
    String ids = "SELECT id, _metadata.row_id FROM {t}";
    List<String> first = table.sparkRows(ids);
    append(table, 10);
    assertThat(table.sparkRows(ids)).containsAll(first);
    assertThat(table.sparkRows("SELECT COUNT(DISTINCT _metadata.row_id) FROM {t}"))
        .containsExactly("(8)");
    List<String> all = table.sparkRows(ids);
    String versions = "SELECT id, _metadata.row_commit_version FROM {t} WHERE id = 10";
    assertThat(table.sparkRows(versions)).containsExactly("(10, " + table.version() + ")");
    table.spark("OPTIMIZE {t}");
    assertThat(table.sparkRows(ids)).isEqualTo(all);
    table.spark("UPDATE {t} SET name = 'u' WHERE id = 10");
    assertThat(table.sparkRows(ids)).isEqualTo(all);
    table.agree(8);
    append(table, 20);
    table.agree(10);
    assertThat(table.sparkRows("SELECT COUNT(DISTINCT _metadata.row_id) FROM {t}"))
        .containsExactly("(10)");
  }

  @Test
  void tablesClusteredBySparkKeepTheirDomain() throws Exception {
    SharedTable table = SharedTable.named("clustered");
    table.spark("CREATE TABLE {t} (id BIGINT, name STRING) USING delta CLUSTER BY (id)");
    table.spark("INSERT INTO {t} SELECT id, concat('n', id) FROM range(20)");
    table.spark("OPTIMIZE {t}");
    table.agree(20);
    table.flink("INSERT INTO {t} SELECT * FROM {t}");
    table.agree(40);
    table.spark("OPTIMIZE {t} FULL");
    table.agree(40);
    assertThat(Spark.rows(table.spark("DESCRIBE DETAIL {t}").select("clusteringColumns")))
        .containsExactly("(['id'])");
    table.spark("ALTER TABLE {t} CLUSTER BY (name)");
    table.flink("INSERT INTO {t} VALUES (99, 'ours')");
    table.agree(41);
    assertThat(Spark.rows(table.spark("DESCRIBE DETAIL {t}").select("clusteringColumns")))
        .containsExactly("(['name'])");
  }

  @Test
  void tablesThatAreOnlyAppendedTo() throws Exception {
    SharedTable table = sparkTable("append_only", "'delta.appendOnly' = 'true'");
    append(table, 10);
    table.agree(8);
    SharedTable ours = SharedTable.named("ours_append_only");
    ours.create("id BIGINT", "'delta.appendOnly' = 'true'");
    ours.flinkAsCreated("INSERT INTO {t} VALUES (1)");
    assertThatThrownBy(() -> ours.spark("DELETE FROM {t}"))
        .hasMessageContaining("only allow appends");
    ours.spark("INSERT INTO {t} VALUES (2)");
    ours.agree(2);
    ours.create("id BIGINT, PRIMARY KEY (id) NOT ENFORCED", "");
    assertThatThrownBy(
            () -> ours.flinkAsCreated("INSERT INTO {t} VALUES (2) ON CONFLICT DO DEDUPLICATE"))
        .hasMessageContaining("append");
    ours.agree(2);
  }
}
