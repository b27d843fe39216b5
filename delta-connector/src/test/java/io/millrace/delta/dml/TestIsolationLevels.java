package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.dml.MergeContract.Meanwhile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code delta.isolationLevel} lets others do between reading and commit of a statement. */
class TestIsolationLevels {
  @TempDir private Path folder;
  private final MergeSession session = new MergeSession();

  private String ddl(String level) {
    return "CREATE TABLE t (id BIGINT, name STRING) WITH ('connector' = 'delta', 'path' = '%s',"
            .formatted(folder)
        + " 'delta.enableDeletionVectors' = 'true', 'delta.isolationLevel' = '%s')"
            .formatted(level);
  }

  private void create(String level) {
    session.run(ddl(level));
    session.run("CREATE TEMPORARY FUNCTION meanwhile AS '%s'".formatted(Meanwhile.class.getName()));
    session.insert(ddl(level), "INSERT INTO t VALUES (1, 'a')");
  }

  private MergeResult merge() {
    return MergeInto.table(session.tables(), folder.toString(), "t")
        .using(
            "SELECT CAST(id AS BIGINT) AS id, name FROM (VALUES (1, 'A'), (2, 'B')) v(id, name)",
            "s")
        .on("t.id = s.id AND meanwhile(t.id)")
        .when("WHEN MATCHED THEN UPDATE SET *")
        .when("WHEN NOT MATCHED THEN INSERT *")
        .execute();
  }

  private List<String> rows() {
    return session.rows("SELECT id, name FROM t");
  }

  private String entry(long version) throws Exception {
    return Files.readString(folder.resolve("_delta_log/%020d.json".formatted(version)));
  }

  @ParameterizedTest
  @CsvSource({"Serializable, 2", "WriteSerializable, 1"})
  void aBlindAppendMeanwhileIsSeenByAMergeOrCountsAsLater(String level, int rounds)
      throws Exception {
    create(level);
    Meanwhile.WHAT.set(() -> session.insert(ddl(level), "INSERT INTO t VALUES (2, 'b')"));

    MergeResult result = merge();

    assertThat(entry(2)).contains("\"isBlindAppend\":true");
    assertThat(entry(3)).contains("\"isolationLevel\":\"%s\"".formatted(level));
    assertThat(result.rounds()).isEqualTo(rounds);
    assertThat(rows())
        .isEqualTo(
            rounds == 2
                ? List.of("+I[1, A]", "+I[2, B]")
                : List.of("+I[1, A]", "+I[2, B]", "+I[2, b]"));
  }

  @ParameterizedTest
  @CsvSource({"Serializable, 2", "WriteSerializable, 1"})
  void aBlindAppendMeanwhileIsSeenByAnUpdateOrCountsAsLater(String level, int rounds) {
    create(level);
    Meanwhile.WHAT.set(() -> session.insert(ddl(level), "INSERT INTO t VALUES (2, 'b')"));

    assertThat(
            RetriedStatement.run(
                session.tables(), "UPDATE t SET name = UPPER(name) WHERE meanwhile(id)"))
        .isEqualTo(rounds);
    assertThat(rows())
        .isEqualTo(rounds == 2 ? List.of("+I[1, A]", "+I[2, B]") : List.of("+I[1, A]", "+I[2, b]"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Serializable", "WriteSerializable"})
  void rowsThatAStatementWroteMeanwhileAreSeenEitherWay(String level) throws Exception {
    create(level);
    session.insert(ddl(level), "INSERT INTO t VALUES (7, 'b')");
    // Brings a row into what the MERGE is about, and is no blind append.
    Meanwhile.WHAT.set(() -> session.insert(ddl(level), "UPDATE t SET id = 2 WHERE id = 7"));

    MergeResult result = merge();

    assertThat(entry(3)).contains("\"isBlindAppend\":false");
    assertThat(result.rounds()).isEqualTo(2);
    assertThat(rows()).containsExactly("+I[1, A]", "+I[2, B]");
  }

  @Test
  void levelsThatThereAreNotAreRefused() {
    session.run(ddl("Chaos"));

    assertThatThrownBy(() -> session.insert(ddl("Chaos"), "INSERT INTO t VALUES (1, 'a')"))
        .hasStackTraceContaining("PROPERTY_INVALID: property delta.isolationLevel of table")
        .hasStackTraceContaining("cannot be 'Chaos'")
        .hasStackTraceContaining("set it to Serializable or to WriteSerializable");
  }
}
