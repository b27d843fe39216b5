package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;

/** What a table asks of its rows: who made the rule does not matter to who keeps it. */
class TestConstraintsBothWays {
  @Test
  void constraintsOfSparkAreKeptByUs() throws Exception {
    SharedTable table = SharedTable.named("constrained");
    table.spark("CREATE TABLE {t} (id BIGINT NOT NULL, name STRING, day DATE) USING delta");
    table.spark("ALTER TABLE {t} ADD CONSTRAINT positive CHECK (id > 0 AND id <> 13)");
    table.spark(
        "ALTER TABLE {t} ADD CONSTRAINT recent CHECK (day >= DATE'2026-01-01' OR name IS NULL)");
    table.spark("INSERT INTO {t} VALUES (1, 'a', DATE'2026-01-02'), (2, null, null)");
    table.flink("INSERT INTO {t} VALUES (3, 'c', DATE '2026-01-01')");
    table.agree(3);
    for (String bad :
        new String[] {
          "13, 'a', DATE '2026-01-02'", "5, 'a', DATE '2025-12-31'", "5, 'a', CAST(NULL AS DATE)"
        }) {
      assertThatThrownBy(() -> table.flink("INSERT INTO {t} VALUES (" + bad + ")"))
          .hasMessageContaining("CHECK_VIOLATED");
    }
    table.agree(3);
    table.spark("ALTER TABLE {t} DROP CONSTRAINT recent");
    table.flink("INSERT INTO {t} VALUES (5, 'a', DATE '2025-12-31')");
    table.agree(4);
  }

  @Test
  void constraintsOfOursAreKeptBySpark() throws Exception {
    SharedTable table = SharedTable.named("ours_constrained");
    table.create(
        "id BIGINT NOT NULL, name STRING", "'delta.constraints.named' = 'name LIKE ''n%'''");
    table.flinkAsCreated("INSERT INTO {t} VALUES (1, 'n1')");
    assertThatThrownBy(() -> table.spark("INSERT INTO {t} VALUES (2, 'm')"))
        .hasMessageContaining("named");
    assertThatThrownBy(() -> table.spark("INSERT INTO {t} VALUES (null, 'n')"))
        .hasMessageContaining("NOT NULL");
    table.spark("INSERT INTO {t} VALUES (2, 'n2')");
    table.agree(2);
  }

  @Test
  void invariantsOfColumnsAreKept() throws Exception {
    SharedTable table = SharedTable.named("invariants");
    Metadata positive =
        new MetadataBuilder()
            .putString("delta.invariants", "{\"expression\": {\"expression\": \"id > 0\"}}")
            .build();
    DeltaTable.create(Spark.session())
        .location(table.folder().toString())
        .addColumn(new StructField("id", DataTypes.LongType, true, positive))
        .addColumn("name", DataTypes.StringType)
        .execute();
    table.spark("INSERT INTO {t} VALUES (1, 'a')");
    assertThatThrownBy(() -> table.spark("INSERT INTO {t} VALUES (-1, 'a')"))
        .hasStackTraceContaining("id > 0");
    table.flink("INSERT INTO {t} VALUES (2, 'b')");
    table.agree(2);
    assertThatThrownBy(() -> table.flink("INSERT INTO {t} VALUES (-2, 'b')"))
        .hasMessageContaining("CHECK_VIOLATED");
    table.agree(2);
  }

  @Test
  void generatedColumnsOfSparkAreFilledByUs() throws Exception {
    SharedTable table = SharedTable.named("generated");
    table.spark(
        "CREATE TABLE {t} (id BIGINT, at_time TIMESTAMP, twice BIGINT GENERATED ALWAYS AS (id * 2),"
            + " day DATE GENERATED ALWAYS AS (CAST(at_time AS DATE))) USING delta PARTITIONED BY"
            + " (day)");
    table.spark(
        "INSERT INTO {t} (id, at_time) VALUES (1, TIMESTAMP'2026-11-22 23:00:00Z'), (2, null)");
    assertThat(table.agree(2)).contains("(2, null, 4, null)");
    table.flink(
        "INSERT INTO {t} /*+ OPTIONS('sink.partition.distribution' = 'as_they_come') */"
            + " (id, at_time) VALUES (3, TO_TIMESTAMP_LTZ(0, 3)),"
            + " (CAST(NULL AS BIGINT), TO_TIMESTAMP_LTZ(-1, 3))");
    assertThat(table.agree(4))
        .contains("(3, 1970-01-01T00:00:00Z, 6, 1970-01-01)")
        .contains("(null, 1969-12-31T23:59:59.999Z, null, 1969-12-31)");
    assertThatThrownBy(() -> table.flink("INSERT INTO {t} (id, twice) VALUES (5, 11)"))
        .hasMessageContaining("CHECK_VIOLATED");
    table.spark("UPDATE {t} SET id = 30 WHERE id = 3");
    assertThat(table.agree(4)).contains("(30, 1970-01-01T00:00:00Z, 60, 1970-01-01)");
  }

  @Test
  void generatedColumnsOfOursAreFilledBySpark() throws Exception {
    SharedTable table = SharedTable.named("ours_generated");
    table.create("id BIGINT, twice BIGINT", "'delta.generationExpression.twice' = 'id * 2'");
    table.flinkAsCreated("INSERT INTO {t} (id) VALUES (1)");
    table.spark("INSERT INTO {t} (id) VALUES (2)");
    assertThatThrownBy(() -> table.spark("INSERT INTO {t} VALUES (3, 7)"))
        .hasMessageContaining("id * 2");
    assertThat(table.agree(2)).containsExactly("(1, 2)", "(2, 4)");
  }

  @Test
  void identityColumnsOfSparkAreFilledByUs() throws Exception {
    SharedTable table = SharedTable.named("identity");
    table.spark(
        "CREATE TABLE {t} (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5),"
            + " name STRING) USING delta");
    table.spark("INSERT INTO {t} (name) VALUES ('a')");
    table.flink("INSERT INTO {t} (name) VALUES ('b'), ('c')");
    table.spark("INSERT INTO {t} (name) VALUES ('d')");
    assertThat(table.agree(4)).contains("(10, 'a')");
    assertThat(table.sparkRows("SELECT COUNT(DISTINCT id), MIN(id % 5), MAX(id % 5) FROM {t}"))
        .containsExactly("(4, 0, 0)");
    assertThatThrownBy(() -> table.flink("INSERT INTO {t} VALUES (10, 'again')"))
        .hasMessageContaining("id");
    table.agree(4);
  }

  @Test
  void identityColumnsOfOursAreFilledBySpark() throws Exception {
    SharedTable table = SharedTable.named("ours_identity");
    table.create(
        "id BIGINT, name STRING",
        "'delta.identity.id' = 'BY DEFAULT START WITH -3 INCREMENT BY -2'");
    table.flinkAsCreated("INSERT INTO {t} (name) VALUES ('a')");
    table.spark("INSERT INTO {t} (name) VALUES ('b')");
    table.flinkAsCreated("INSERT INTO {t} (name) VALUES ('c')");
    assertThat(table.agree(3)).contains("(-3, 'a')");
    assertThat(table.sparkRows("SELECT COUNT(DISTINCT id), MAX(id) FROM {t}"))
        .containsExactly("(3, -3)");
  }
}
