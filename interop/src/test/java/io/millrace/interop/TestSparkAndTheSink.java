package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Partitions, mapped column names, new and wider columns and constraints: delta-spark reads what
 * the sink wrote, and the sink appends to what delta-spark made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestSparkAndTheSink {
  private Path root;
  private final SparkSession spark = Spark.session();

  @BeforeAll
  void write() throws Exception {
    root = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "sink");
    ProductJvm.compile(root, "SinkDriver");
    drive("ours");
    makeTheirs();
    String printed = drive("theirs");
    assertThat(printed)
        .contains("a row does not meet constraint positive of table spark_constrained: id > 0");
  }

  private void makeTheirs() {
    sql(
        "CREATE TABLE delta.`%s/spark_mapped` (day DATE, id BIGINT, gone STRING, s STRUCT<a: INT>)"
            + " USING delta PARTITIONED BY (day) TBLPROPERTIES"
            + " ('delta.columnMapping.mode' = 'name')");
    sql("INSERT INTO delta.`%s/spark_mapped` VALUES (DATE'2026-11-22', 1, 'x', struct(10))");
    sql("ALTER TABLE delta.`%s/spark_mapped` RENAME COLUMN id TO renamed");
    sql("ALTER TABLE delta.`%s/spark_mapped` RENAME COLUMN s.a TO b");
    sql("ALTER TABLE delta.`%s/spark_mapped` DROP COLUMN gone");
    sql(
        "CREATE TABLE delta.`%s/spark_ids` (id BIGINT) USING delta TBLPROPERTIES"
            + " ('delta.columnMapping.mode' = 'id')");
    sql("INSERT INTO delta.`%s/spark_ids` VALUES (1)");
    sql("CREATE TABLE delta.`%s/spark_constrained` (id BIGINT NOT NULL, name STRING) USING delta");
    sql("INSERT INTO delta.`%s/spark_constrained` VALUES (1, 'a')");
    sql("ALTER TABLE delta.`%s/spark_constrained` ADD CONSTRAINT positive CHECK (id > 0)");
    sql(
        "ALTER TABLE delta.`%s/spark_constrained` ADD CONSTRAINT named CHECK"
            + " (name IS NOT NULL AND name LIKE '_%%' AND id BETWEEN -10 AND 10)");
    sql(
        "CREATE TABLE delta.`%s/spark_widened` (id INT) USING delta TBLPROPERTIES"
            + " ('delta.enableTypeWidening' = 'true')");
    sql("INSERT INTO delta.`%s/spark_widened` VALUES (1)");
    sql("ALTER TABLE delta.`%s/spark_widened` ALTER COLUMN id TYPE BIGINT");
  }

  private void sql(String statement) {
    spark.sql(statement.formatted(root));
  }

  private String drive(String what) throws IOException, InterruptedException {
    List<String> command = ProductJvm.command(root, "700m", "SinkDriver", what, root.toString());
    Path output = root.resolve(what + ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output);
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }

  /** Rows as text, sorted. */
  private List<String> rows(String table, String columns) {
    return spark
        .sql("SELECT %s FROM delta.`%s/%s`".formatted(columns, root, table))
        .collectAsList()
        .stream()
        .map(row -> row.mkString("|"))
        .sorted()
        .toList();
  }

  @Test
  void partitionValuesOfEveryTypeAreReadBack() {
    List<String> expected = new ArrayList<>();
    List<String> texts =
        Arrays.asList("a/b=c", "ü €%", "x:y 'z'", "..", "{[^]}#?*\"\\", "line\nbreak");
    for (int n = 0; n < texts.size(); n++) {
      expected.add(
          "%d|%s|2026-11-22|2026-11-22 01:02:03.000004|1970-01-01 00:00:0%d.000005|0.0000000001|%s|1.5"
              .formatted(n, texts.get(n), n, n % 2 == 0));
    }
    expected.add("6|null|null|null|null|null|null|null");
    assertThat(
            rows(
                "partitioned",
                "n, text, day, CAST(wall AS STRING), CAST(at AS STRING),"
                    + " CAST(price AS STRING), flag, real8"))
        .isEqualTo(expected);
    assertThat(
            spark
                .sql(
                    "SELECT n FROM delta.`%s/partitioned` WHERE text = 'a/b=c' AND day = '2026-11-22'"
                        .formatted(root))
                .collectAsList())
        .hasSize(1);
  }

  @Test
  void upsertedPartitionsAreReadBack() {
    List<String> expected = new ArrayList<>();
    for (long id = 0; id < 10; id++) {
      long last = id < 5 ? 60 + id : 50 + id;
      if (id != 9) {
        expected.add("c" + id % 3 + "|" + id + "|" + last);
      }
    }
    assertThat(rows("upserted", "*")).isEqualTo(expected.stream().sorted().toList());
  }

  @Test
  void mappedColumnsAreReadBackAndSparkGoesOn() {
    assertThat(rows("mapped", "`my id`, place.`x, y`, place.tags[0], more"))
        .containsExactly("1|7|null|null", "2|8|t|m");
    sql("ALTER TABLE delta.`%s/mapped` RENAME COLUMN `my id` TO id");
    sql("INSERT INTO delta.`%s/mapped` VALUES (3, NULL, 's')");
    assertThat(rows("mapped", "id, more")).containsExactly("1|null", "2|m", "3|s");
  }

  @Test
  void newColumnsAreReadBack() {
    assertThat(rows("added", "id, s.a, CAST(wall AS STRING)"))
        .containsExactly("1|null|null", "2|3|1970-01-01 00:00:00");
  }

  @Test
  void widerColumnsAreReadBack() {
    assertThat(rows("widened", "i, f, CAST(d AS STRING)"))
        .containsExactly("1|0.5|123.4500", "5000000000|0.1|123456.7890");
  }

  @Test
  void sparkKeepsTheConstraintThatTheSinkMade() {
    sql("INSERT INTO delta.`%s/constrained` VALUES (2)");
    assertThat(rows("constrained", "id")).containsExactly("1", "2");
    assertThatThrownBy(() -> sql("INSERT INTO delta.`%s/constrained` VALUES (13)"))
        .hasStackTraceContaining("positive");
  }

  @Test
  void theSinkAppendsToMappedTablesWithRenamedAndDroppedColumns() {
    assertThat(rows("spark_mapped", "day, renamed, s.b"))
        .containsExactly("2026-11-22|1|10", "2026-11-23|2|20", "null|3|null");
    assertThat(rows("spark_ids", "*")).containsExactly("1|null", "2|e");
  }

  @Test
  void theSinkAppendsToTablesWithConstraints() {
    assertThat(rows("spark_constrained", "*")).containsExactly("1|a", "2|b");
  }

  @Test
  void theSinkAppendsToWidenedTables() {
    assertThat(rows("spark_widened", "*")).containsExactly("1", "5000000000");
  }
}
