package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Table checkpoints of every kind, and tables that were restored, optimized and vacuumed: written
 * by delta-spark and read by us, and the other way round.
 */
class TestLogsBothWays {
  private static final String FORMAT = "spark.databricks.delta.checkpointV2.topLevelFileFormat";
  private static final String PART_SIZE = "spark.databricks.delta.checkpoint.partSize";

  private static List<String> logFiles(SharedTable table, String pattern) throws IOException {
    try (Stream<Path> files = Files.walk(table.log())) {
      return files
          .map(path -> table.log().relativize(path).toString())
          .filter(name -> name.matches(pattern))
          .toList();
    }
  }

  private static SharedTable checkpointed(String name, String properties) throws IOException {
    SharedTable table = SharedTable.named(name);
    table.spark(
        "CREATE TABLE {t} (id BIGINT, p STRING) USING delta PARTITIONED BY (p) TBLPROPERTIES"
            + " ('delta.checkpointInterval' = '5', 'delta.enableDeletionVectors' = 'true'"
            + properties
            + ")");
    for (int i = 0; i < 4; i++) {
      table.spark(
          "INSERT INTO {t} SELECT id, if(id %% 3 = 0, null, concat('p', id %% 3)) FROM range(%d, %d)"
              .formatted(10 * i, 10 * i + 10));
    }
    table.spark("DELETE FROM {t} WHERE id % 10 = 1");
    return table;
  }

  /** The log begins with a table checkpoint in version 5; we append over it, Spark reads. */
  private static void goOnFromCheckpoint(SharedTable table) throws IOException {
    table.forgetBefore(5);
    table.agree(36);
    table.flink("INSERT INTO {t} VALUES (100, 'ours'), (101, CAST(NULL AS STRING))");
    table.agree(38);
    table.spark("DELETE FROM {t} WHERE id IN (2, 100)");
    table.agree(36);
    for (int i = 0; i < 4; i++) {
      table.flink("INSERT INTO {t} VALUES (" + (200 + i) + ", 'more')");
    }
    assertThat(logFiles(table, "0*1[0-9]\\.checkpoint.*(parquet|json)")).isNotEmpty();
    long checkpoint =
        Long.parseLong(
            logFiles(table, "0*1[0-9]\\.checkpoint.*(parquet|json)").get(0).substring(0, 20));
    table.forgetBefore(checkpoint);
    table.agree(40);
  }

  @Test
  void checkpointsOfOneFile() throws Exception {
    SharedTable table = checkpointed("one_file", "");
    assertThat(logFiles(table, "0*5\\.checkpoint\\.parquet")).hasSize(1);
    goOnFromCheckpoint(table);
  }

  @Test
  void checkpointsOfSeveralParts() throws Exception {
    Spark.session().conf().set(PART_SIZE, "3");
    SharedTable table;
    try {
      table = checkpointed("several_parts", "");
    } finally {
      Spark.session().conf().unset(PART_SIZE);
    }
    assertThat(logFiles(table, "0*5\\.checkpoint\\.0.*\\.parquet")).hasSizeGreaterThan(1);
    goOnFromCheckpoint(table);
  }

  @Test
  void checkpointsOfVersionTwoInParquet() throws Exception {
    versionTwo("parquet");
  }

  @Test
  void checkpointsOfVersionTwoInJson() throws Exception {
    versionTwo("json");
  }

  private static void versionTwo(String format) throws IOException {
    Spark.session().conf().set(FORMAT, format);
    Spark.session().conf().set(PART_SIZE, "3");
    SharedTable table;
    try {
      table = checkpointed("v2_" + format, ", 'delta.checkpointPolicy' = 'v2'");
    } finally {
      Spark.session().conf().unset(FORMAT);
      Spark.session().conf().unset(PART_SIZE);
    }
    assertThat(logFiles(table, "0*5\\.checkpoint\\.[0-9a-f-]{36}\\." + format)).hasSize(1);
    assertThat(logFiles(table, "_sidecars/.*\\.parquet")).hasSizeGreaterThan(1);
    goOnFromCheckpoint(table);
  }

  @Test
  void checkpointsOfOurs() throws Exception {
    for (String policy : List.of("classic", "v2")) {
      SharedTable table = SharedTable.named("ours_" + policy);
      table.create(
          "id BIGINT, p STRING) PARTITIONED BY (p",
          "'delta.checkpointInterval' = '3', 'delta.checkpointPolicy' = '" + policy + "'");
      for (int i = 0; i < 4; i++) {
        table.flinkAsCreated("INSERT INTO {t} VALUES (" + i + ", 'p" + i % 2 + "')");
      }
      assertThat(logFiles(table, "0*3\\.checkpoint\\..*parquet")).as(policy).hasSize(1);
      assertThat(Files.exists(table.folder().resolve("_delta_log/_sidecars")))
          .as(policy)
          .isEqualTo(policy.equals("v2"));
      table.forgetBefore(3);
      table.agree(4);
      table.spark("DELETE FROM {t} WHERE id = 1");
      table.agree(3);
    }
  }

  @Test
  void tablesThatSparkRestoredOptimizedAndVacuumed() throws Exception {
    SharedTable table = SharedTable.named("maintained");
    table.spark(
        "CREATE TABLE {t} (id BIGINT, a INT, b STRING) USING delta TBLPROPERTIES"
            + " ('delta.enableDeletionVectors' = 'true')");
    for (int i = 0; i < 4; i++) {
      table.spark(
          "INSERT INTO {t} SELECT id, cast(id %% 7 AS INT), concat('b', id %% 5) FROM range(%d, %d)"
              .formatted(50 * i, 50 * i + 50));
    }
    table.spark("DELETE FROM {t} WHERE id % 10 = 3");
    table.spark("OPTIMIZE {t} ZORDER BY (a, b)");
    table.agree(180);
    table.spark("RESTORE TABLE {t} TO VERSION AS OF 2");
    table.agree(100);
    table.flink("INSERT INTO {t} VALUES (1000, 1, 'ours')");
    table.agree(101);
    table.spark("RESTORE TABLE {t} TO VERSION AS OF 5");
    table.agree(180);
    table.agreeOnVersions(1, table.version());
    table.spark("OPTIMIZE {t}");
    vacuum(table);
    table.agree(180);
    table.flink("INSERT INTO {t} VALUES (1000, 1, 'ours')");
    table.agree(181);
  }

  private static void vacuum(SharedTable table) {
    String check = "spark.databricks.delta.retentionDurationCheck.enabled";
    Spark.session().conf().set(check, "false");
    try {
      table.spark("VACUUM {t} RETAIN 0 HOURS");
    } finally {
      Spark.session().conf().unset(check);
    }
  }

  @Test
  void ourTablesAreRestoredOptimizedAndVacuumedBySpark() throws Exception {
    SharedTable table = SharedTable.named("ours_maintained");
    table.create("id BIGINT, a INT, PRIMARY KEY (id) NOT ENFORCED", "");
    for (int i = 0; i < 4; i++) {
      table.flinkAsCreated(
          "INSERT INTO {t} VALUES (%d, 1), (%d, 2), (7, %d) ON CONFLICT DO DEDUPLICATE"
              .formatted(10 * i, 10 * i + 1, i));
    }
    assertThat(table.agree(9)).contains("(7, 3)");
    long last = table.version();
    table.spark("OPTIMIZE {t} ZORDER BY (a)");
    table.agree(9);
    table.spark("RESTORE TABLE {t} TO VERSION AS OF " + (last - 2));
    assertThat(table.agree(5)).contains("(7, 1)");
    table.spark("RESTORE TABLE {t} TO VERSION AS OF " + last);
    table.spark("REORG TABLE {t} APPLY (PURGE)");
    vacuum(table);
    table.agree(9);
    table.flinkAsCreated("INSERT INTO {t} VALUES (7, 9) ON CONFLICT DO DEDUPLICATE");
    assertThat(table.agree(9)).contains("(7, 9)");
  }
}
