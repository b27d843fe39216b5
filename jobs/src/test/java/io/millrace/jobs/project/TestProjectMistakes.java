package io.millrace.jobs.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ProjectException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TestProjectMistakes {
  private static final String TABLE = "CREATE OR REFRESH STREAMING TABLE a AS SELECT 1 AS x;\n";

  @TempDir Path folder;

  @Test
  void readsEverythingThatTheFileMaySay() throws IOException {
    write(
        "pipeline.yml",
        """
        # All keys.
        name: shop
        catalog: main
        database: dev_${user}
        storage: s3://lake/${user}
        libraries:
          - glob: {include: other/b.sql}
          - glob:
              include: transformations/**
        configuration: {user: ann, limit: 10, given: }
        checkpoint-interval: 2 s
        parallelism: 2
        state: rocksdb
        """);
    write("other/b.sql", "CREATE TEMPORARY VIEW b AS SELECT ${limit} AS x, '${given}' AS g;");
    write("transformations/deep/c.sql", TABLE);
    write("transformations/readme.md", "no SQL");
    write("transformations/.hidden.sql", "neither");

    Project project = Project.load(folder, Map.of("user", "bob", "given", "g"));

    PipelineSettings settings = project.settings();
    assertThat(settings)
        .isEqualTo(
            new PipelineSettings(
                "shop",
                "main",
                "dev_bob",
                "s3://lake/bob",
                Map.of("user", "bob", "limit", "10", "given", "g"),
                Duration.ofSeconds(2),
                2,
                PipelineSettings.StateBackend.ROCKSDB));
    assertThat(settings.toString()).doesNotContain("bob");
    assertThat(project.datasets()).extracting(Dataset::name).containsExactly("b", "a");
    assertThat(project.datasets().get(0).query().flinkSql()).isEqualTo("SELECT 10 AS x, 'g' AS g");
  }

  @Test
  void theFileOfSparkIsAcceptedAndCanBeNamedItself() throws IOException {
    Path file = write("spark-pipeline.yml", "name: p\nschema: s\n");
    write("transformations/a.sql", "\uFEFF" + TABLE);

    assertThat(Project.load(file, Map.of()).settings().schema()).isEqualTo("s");
    assertThat(Project.load(folder, Map.of()).datasets()).hasSize(1);
  }

  @Test
  void aFolderThatIsNotThere() {
    Path missing = folder.resolve("no");
    assertThatThrownBy(() -> Project.load(missing, Map.of()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROJECT_NOT_FOUND))
        .hasMessage(
            "PROJECT_NOT_FOUND: there is no project folder "
                + missing
                + "\n  Remedy: name a folder that holds pipeline.yml");
  }

  @Test
  void aFolderWithoutAFile() {
    assertThatThrownBy(() -> Project.load(folder, Map.of()))
        .hasMessage(
            "PROJECT_NOT_FOUND: the folder "
                + folder
                + " holds no pipeline.yml\n"
                + "  Remedy: name the folder of a pipeline, or write pipeline.yml with at least"
                + " 'name: …'");
  }

  @Test
  void aFolderWithBothFiles() throws IOException {
    write("pipeline.yml", "name: a");
    write("spark-pipeline.yml", "name: a");
    assertThatThrownBy(() -> Project.load(folder, Map.of()))
        .hasMessageStartingWith(
            "PROJECT_INVALID: the folder "
                + folder
                + " holds both pipeline.yml and spark-pipeline.yml");
  }

  @Test
  void aMistypedKeyIsShownInItsLine() throws IOException {
    write("pipeline.yml", "name: p\ncheckpoint-intervall: 1 s\n");
    write("transformations/a.sql", TABLE);

    assertThatThrownBy(() -> Project.load(folder, Map.of()))
        .hasMessage(
            """
            PROJECT_INVALID: pipeline.yml:2:1: unknown key 'checkpoint-intervall'
                checkpoint-intervall: 1 s
                ^
              Remedy: did you mean 'checkpoint-interval'? known keys are name, catalog, database, schema, storage, libraries, configuration, checkpoint-interval, parallelism, state""");
  }

  static Stream<Arguments> settings() {
    return Stream.of(
        Arguments.of("", "PROJECT_INVALID pipeline.yml:1:1: the file is empty; write at least"),
        Arguments.of(
            "catalog: x",
            "PROJECT_INVALID pipeline.yml:1:1: the key 'name' is missing; write 'name:"
                + " my_pipeline'"),
        Arguments.of("- a", "PROJECT_INVALID pipeline.yml:1:1: expected keys and values; write"),
        Arguments.of(
            "name: a\n  b: [",
            "PROJECT_INVALID pipeline.yml:2:4: this is not YAML: mapping values are not allowed"
                + " here; correct the YAML"),
        Arguments.of(
            "name: \u0001",
            "PROJECT_INVALID pipeline.yml:1:7: a character that YAML does not allow; take it away"),
        Arguments.of(
            "name: 7days",
            "PROJECT_INVALID pipeline.yml:1:7: '7days' cannot be the name of a pipeline; begin"),
        Arguments.of(
            "name: [a]", "PROJECT_INVALID pipeline.yml:1:7: 'name' is not a single value; write"),
        Arguments.of(
            "name: a\nname: b",
            "PROJECT_INVALID pipeline.yml:2:1: the key 'name' is there twice; keep one of them"),
        Arguments.of(
            "name: a\nstate: rockdb",
            "PROJECT_INVALID pipeline.yml:2:8: state cannot be 'rockdb'; did you mean 'rocksdb'?"),
        Arguments.of(
            "name: a\nparallelism: 0",
            "PROJECT_INVALID pipeline.yml:2:14: parallelism is '0'; write a number from 1 to 1024"),
        Arguments.of(
            "name: a\ncheckpoint-interval: 5 parsecs",
            "PROJECT_INVALID pipeline.yml:2:22: checkpoint-interval is '5 parsecs', which is no"
                + " duration above zero; write a duration such as 2 s, 500 ms or 1 min"),
        Arguments.of(
            "name: a\nschema: a\ndatabase: b",
            "PROJECT_INVALID pipeline.yml:2:9: both 'schema' and 'database', which mean the same;"),
        Arguments.of(
            "name: a\nstorage: /x/${y}",
            "VARIABLE_UNDEFINED pipeline.yml:2:10: the variable 'y' has no value; give it with"
                + " --set y=…, or under configuration"),
        Arguments.of(
            "name: a\nconfiguration: 5",
            "PROJECT_INVALID pipeline.yml:2:16: configuration is not 'name: value' pairs; write"),
        Arguments.of(
            "name: a\nconfiguration: {a b: c}",
            "PROJECT_INVALID pipeline.yml:2:17: 'a b' cannot be the name of a variable; use"),
        Arguments.of(
            "name: a\nconfiguration: {d: [e]}",
            "PROJECT_INVALID pipeline.yml:2:20: the variable 'd' has a value that is no text or"),
        Arguments.of(
            "name: a\nlibraries: x",
            "PROJECT_INVALID pipeline.yml:2:12: libraries is no list; write"),
        Arguments.of(
            "name: a\nlibraries: [{file: x}]",
            "PROJECT_INVALID pipeline.yml:2:13: a library without a path; write '- glob: {include:"
                + " transformations/**}'\n"
                + "PROJECT_INVALID pipeline.yml:2:14: unknown key 'file'; known keys are glob"),
        Arguments.of(
            "name: a\nlibraries: [glob: {include: ../x/**}]",
            "PROJECT_INVALID pipeline.yml:2:29: '../x/**' is neither a file of the project nor one"
                + " of its folders with /** behind; write a path within the project:"),
        Arguments.of(
            "name: a\nlibraries: [glob: {include: no/**}]",
            "PROJECT_INVALID pipeline.yml:2:29: 'no/**' names no folder; write a path within"),
        Arguments.of(
            "name: a\nlibraries: [glob: {include: b.sql}]",
            "PROJECT_INVALID pipeline.yml:2:29: 'b.sql' names no file; write a path within the"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void saysWhatIsWrongWithTheSettings(String text, String expected) throws IOException {
    write("pipeline.yml", text);
    write("transformations/a.sql", TABLE);
    assertThat(wrong(Map.of())).startsWith(expected);
  }

  @Test
  void aVariableWithoutAValueIsNamedWithTheOthers() throws IOException {
    write("pipeline.yml", "name: p\nconfiguration: {topic: orders, bootstrap: }\n");
    write("transformations/a.sql", "CREATE STREAMING TABLE a AS\nSELECT '${topc}' AS a;\n");
    write("transformations/b.sql", "CREATE STREAMING TABLE b AS SELECT '${bootstrap}' AS a;\n");

    assertThat(wrong(Map.of()))
        .isEqualTo(
            """
            VARIABLE_UNDEFINED transformations/a.sql:2:9: the variable 'topc' has no value; give \
            it with --set topc=…, or under configuration in pipeline.yml; did you mean 'topic'? \
            variables with a value: topic
            VARIABLE_UNDEFINED transformations/b.sql:1:37: the variable 'bootstrap' has no value; \
            give it with --set bootstrap=…, or under configuration in pipeline.yml; variables \
            with a value: topic""");
  }

  @Test
  void settingAVariableThatNobodyReadsIsAMistake() throws IOException {
    write("pipeline.yml", "name: p\nconfiguration: {topic: orders}\n");
    write("transformations/a.sql", "CREATE STREAMING TABLE a AS SELECT '${used}' AS a;\n");

    assertThatThrownBy(() -> Project.load(folder, Map.of("topci", "s3cret", "used", "1")))
        .hasMessage(
            "VARIABLE_UNDEFINED: --set topci: the project has no such variable\n"
                + "  Remedy: did you mean 'topic'? its variables are topic, used");
  }

  @Test
  void filesThatAreNoSql() throws IOException {
    write("pipeline.yml", "name: p");
    write("transformations/a.py", "from pyspark import pipelines as dp");

    assertThat(wrong(Map.of()))
        .isEqualTo(
            "SQL_UNSUPPORTED transformations/a.py:1:1: datasets in Python are not possible; write"
                + " the datasets in SQL files");
  }

  @Test
  void filesThatHoldNothing() throws IOException {
    write("pipeline.yml", "name: p");
    write("transformations/a.sql", "-- later\n;");

    assertThat(wrong(Map.of()))
        .isEqualTo(
            "PROJECT_INVALID pipeline.yml:1:1: the pipeline has no dataset; write CREATE OR"
                + " REFRESH STREAMING TABLE … AS SELECT … in a .sql file under transformations/**");
  }

  @Test
  void bytesThatAreNoText() throws IOException {
    write("pipeline.yml", "name: p");
    write("transformations/a.sql", "");
    Files.write(folder.resolve("transformations/a.sql"), new byte[] {'a', '\n', 'b', (byte) 0xC3});

    assertThat(wrong(Map.of()))
        .isEqualTo(
            "PROJECT_INVALID transformations/a.sql:2:2: bytes that are not UTF-8; save the file as"
                + " UTF-8");
  }

  @Test
  void aFileThatNobodyWroteByHand() throws IOException {
    write("pipeline.yml", "name: p");
    write("transformations/a.sql", " ".repeat((4 << 20) + 1));

    assertThat(wrong(Map.of()))
        .isEqualTo(
            "PROJECT_INVALID transformations/a.sql:1:1: the file has 4194305 bytes, more than"
                + " 4194304; split it into several files");
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private String wrong(Map<String, String> set) {
    try {
      Project.load(folder, set);
      return "";
    } catch (ProjectException e) {
      return e.problems().stream()
          .map(p -> p.code() + " " + p.position() + ": " + p.message() + "; " + p.remedy())
          .collect(Collectors.joining("\n"));
    }
  }
}
