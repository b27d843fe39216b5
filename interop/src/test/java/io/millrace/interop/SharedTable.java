package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;

/**
 * One Delta table that both engines read and write. In statements {@code {t}} is the table, for
 * Spark by its folder, for Flink as a table that is declared anew each time with the columns that
 * it has then.
 */
final class SharedTable {
  private static final Map<String, String> CHANGE_COLUMNS =
      new TreeMap<>(Map.of("_change_type", "STRING", "_commit_version", "BIGINT"));

  private final String name;
  private final String asItIs;
  private final Path folder;

  SharedTable(String name, Path folder) {
    this.name = name;
    asItIs = name + "_as_it_is";
    this.folder = folder;
  }

  /** A table that is not there yet, in a new folder. */
  static SharedTable named(String name) throws IOException {
    Path root = Files.createDirectories(Path.of("target/shared").toAbsolutePath());
    return new SharedTable(name, Files.createTempDirectory(root, name + "-").resolve(name));
  }

  Path folder() {
    return folder;
  }

  Path log() {
    return folder.resolve("_delta_log");
  }

  Path entry(long version) {
    return log().resolve("%020d.json".formatted(version));
  }

  /** What Spark calls it. */
  String inSpark() {
    return "delta.`" + folder + "`";
  }

  Dataset<Row> spark(String statement) {
    return Spark.session().sql(statement.replace("{t}", inSpark()));
  }

  List<String> sparkRows(String statement) {
    return Spark.rows(spark(statement));
  }

  /** Creates the table in Flink SQL. */
  void create(String columns, String options) {
    FlinkSql.session().stream("DROP TEMPORARY TABLE IF EXISTS " + name);
    FlinkSql.session().stream(
        "CREATE TEMPORARY TABLE %s (%s) WITH ('connector' = 'delta', 'path' = '%s'%s)"
            .formatted(name, columns, folder, options.isEmpty() ? "" : ", " + options));
  }

  /** Runs a statement on the table as {@link #create} has declared it. */
  void flinkAsCreated(String statement) {
    FlinkSql.session().stream(statement.replace("{t}", name));
  }

  /** A streaming statement that ends: INSERT. */
  List<String> flink(String statement) {
    declare(Map.of(), Map.of());
    return FlinkSql.session().stream(statement.replace("{t}", asItIs));
  }

  /** A batch statement: SELECT, sorted, or a change of rows. */
  List<String> flinkBatch(String statement) {
    declare(Map.of(), Map.of());
    return FlinkSql.session().batch(statement.replace("{t}", asItIs));
  }

  /**
   * Our MERGE into the table, which is {@code t}.
   *
   * @param source query of the rows {@code s}
   * @param clauses WHEN …
   */
  void merge(String source, String condition, String... clauses) {
    FlinkSql.session().merge(folder, source, condition, List.of(clauses));
  }

  private void declare(Map<String, String> options, Map<String, String> metadata) {
    FlinkSql.session().declare(asItIs, folder, options, metadata);
  }

  /** Both see the same rows in the latest version, which are so many; these rows. */
  List<String> agree(int count) {
    List<String> theirs = sparkRows("SELECT * FROM {t}");
    assertThat(flinkBatch("SELECT * FROM {t}")).isEqualTo(theirs);
    assertThat(theirs).hasSize(count);
    return theirs;
  }

  /** Both see the same rows in every version from the first one that has any. */
  void agreeOnVersions(long first, long last) {
    for (long version = first; version <= last; version++) {
      assertThat(ours(Map.of("version", Long.toString(version))))
          .as("version " + version)
          .isEqualTo(sparkRows("SELECT * FROM {t} VERSION AS OF " + version));
    }
  }

  List<String> ours(Map<String, String> options) {
    declare(options, Map.of());
    return FlinkSql.session().batch("SELECT * FROM " + asItIs);
  }

  /** Both see the same changes in a range of versions, both ends included. */
  List<String> agreeOnChanges(long first, long last) {
    List<String> theirs =
        sparkRows(
            "SELECT * EXCEPT (_commit_timestamp) FROM table_changes_by_path('%s', %d, %d)"
                .formatted(folder, first, last));
    assertThat(changes(first, last)).isEqualTo(theirs);
    return theirs;
  }

  /** Our change rows of a range of versions, sorted. */
  List<String> changes(long first, long last) {
    declare(
        Map.of(
            "mode", "change-rows",
            "starting-version", Long.toString(first),
            "ending-version", Long.toString(last)),
        CHANGE_COLUMNS);
    return FlinkSql.session().stream("SELECT * FROM " + asItIs).stream().sorted().toList();
  }

  long version() {
    return spark("DESCRIBE HISTORY {t} LIMIT 1").first().getLong(0);
  }

  /** What the log has from a version on is all that is left: its beginning was cleaned up. */
  void forgetBefore(long version) throws IOException {
    for (long v = 0; v < version; v++) {
      Files.deleteIfExists(entry(v));
      forgetChecksum(v);
    }
    DeltaLog.clearCache();
  }

  /** So that an entry can be changed that Spark has written. */
  void forgetChecksum(long version) throws IOException {
    Files.deleteIfExists(log().resolve("%020d.crc".formatted(version)));
    Files.deleteIfExists(log().resolve(".%020d.json.crc".formatted(version)));
    DeltaLog.clearCache();
  }
}
