package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables whose rows must meet conditions, which Kernel does not write at all. */
class TestConstraints {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> POSITIVE =
      Map.of("delta.constraints.positive", "id > 0", "delta.checkpointInterval", "3");

  @TempDir Path folder;

  private Path table() {
    return folder.resolve("orders");
  }

  private DeltaTableSpec appends(Map<String, String> properties) {
    return CommitterFixture.with(CommitterFixture.appends(table()), properties);
  }

  private static NumberSource.Filler from(long first) {
    return (row, n) -> {
      row.setLong(0, n + first);
      row.setString(1, "n" + n);
      row.setRowKind(RowKind.INSERT);
    };
  }

  @Test
  void rowsThatMeetAConstraintAreWrittenAndTheTableGetsCheckpoints() throws Exception {
    var spec = appends(POSITIVE);

    new SinkJob(folder, spec, from(1)).numbers(0, 50).perCheckpoint(5).run();

    assertThat(SinkJob.rows(spec)).hasSize(50);
    assertThat(table().resolve("_delta_log/_last_checkpoint")).exists();
    var description = KernelTableReader.describe(table().toString());
    assertThat(description.properties()).containsEntry("delta.constraints.positive", "id > 0");
    assertThat(Files.readString(table().resolve("_delta_log/%020d.json".formatted(0))))
        .contains("\"minWriterVersion\":3");
  }

  @Test
  void theFeatureIsNamedWhereTheProtocolNamesFeatures() throws Exception {
    var spec =
        CommitterFixture.with(
            CommitterFixture.upserts(table()), Map.of("delta.constraints.positive", "id > 0"));

    new SinkJob(folder, spec, from(1)).numbers(0, 20).run();

    assertThat(SinkJob.rows(spec)).hasSize(20);
    assertThat(KernelTableReader.describe(table().toString()).features())
        .contains("checkConstraints", "deletionVectors");
  }

  @Test
  void aRowThatDoesNotEndsTheJobAndIsNotWritten() {
    var spec = appends(POSITIVE);

    assertThatThrownBy(() -> new SinkJob(folder, spec, from(-3)).numbers(0, 10).run())
        .satisfies(
            failure -> {
              MillraceException known = MillraceException.in(failure);
              assertThat(known).isNotNull();
              assertThat(known.code()).isEqualTo(ErrorCode.CHECK_VIOLATED);
              assertThat(known.problem())
                  .isEqualTo("a row does not meet constraint positive of table orders: id > 0");
            });
    assertThat(SinkJob.rows(spec)).isEmpty();
  }

  @Test
  void invariantsOfColumnsAreEvaluated() throws Exception {
    TableCommitter.open(appends(Map.of())).close();
    addInvariant("id", "id < 5");

    assertThatThrownBy(() -> new SinkJob(folder, appends(Map.of()), from(0)).numbers(0, 10).run())
        .satisfies(
            failure ->
                assertThat(MillraceException.in(failure).problem())
                    .isEqualTo("a row does not meet constraint id of table orders: id < 5"));
    new SinkJob(folder, appends(Map.of()), from(0)).numbers(0, 5).run();
    assertThat(SinkJob.rows(appends(Map.of()))).hasSize(5);
  }

  @Test
  void aConstraintThatCannotBeEvaluatedIsRefusedWhenTheTableIsOpened() {
    assertThatThrownBy(
            () -> TableCommitter.open(appends(Map.of("delta.constraints.l", "length(name) > 1"))))
        .hasMessageStartingWith(
            "TABLE_UNSUPPORTED: constraint l of table orders (length(name) > 1) cannot be"
                + " evaluated here because of the function length");
  }

  @Test
  void aConstraintThatComesWhileTheTableIsWrittenStopsTheWriter() throws Exception {
    try (TableCommitter committer = TableCommitter.open(appends(Map.of()))) {
      committer.commit(
          CommitterFixture.adds("a", 1, 1, ExampleFiles.write(table(), "f1.parquet", 1)));
      addConstraint("small", "id < 2");

      assertThatThrownBy(
              () ->
                  committer.commit(
                      CommitterFixture.adds(
                          "a", 2, 2, ExampleFiles.write(table(), "f2.parquet", 2))))
          .hasMessageStartingWith(
              "SCHEMA_CHANGED: table orders got constraint small (id < 2) after rows of"
                  + " checkpoint 2 were written");
    }
    assertThat(CommitterFixture.ids(table())).containsExactly(1L);
  }

  /** Restored work is committed by a run that knows the constraint, but was written by another. */
  @Test
  void whatIsPendingWhenAConstraintComesIsNotCommittedAfterARestartEither() throws Exception {
    TableCommitter.open(appends(Map.of())).close();
    addConstraint("small", "id < 2");
    var written = ExampleFiles.write(table(), "f2.parquet", 2);

    try (TableCommitter committer = TableCommitter.open(appends(Map.of()))) {
      assertThat(committer.checkedConstraints()).isEqualTo("small: id < 2");
      assertThatThrownBy(() -> committer.commit(CommitterFixture.adds("a", 1, 1, written)))
          .hasMessageStartingWith("SCHEMA_CHANGED: table orders got constraint small (id < 2)");
      committer.commit(
          new TableCommittable(
              "orders",
              "b",
              1,
              1,
              List.of(written),
              List.of(),
              Map.of("constraints", "other: x\nsmall: id < 2")));
    }
    assertThat(CommitterFixture.ids(table())).containsExactly(2L);
  }

  /** The committer may come to know a constraint before a writer does. */
  @Test
  void onlyConstraintsThatAllWritersKnewCountAsChecked() {
    DataFile file = ExampleFiles.write(table(), "f.parquet", 1);
    TableChanges changes = new TableChanges();
    changes.add(new WriterOutput("orders", 1, List.of(file), List.of(), Optional.of("a: x\nb: y")));
    assertThat(changes.checked()).hasValue("a: x\nb: y");
    changes.add(new WriterOutput("orders", 1, List.of(file), List.of(), Optional.of("b: y")));
    changes.add(new WriterOutput("orders", 1, List.of(), List.of(), Optional.of("")));
    assertThat(changes.checked()).hasValue("b: y");
    changes.add(new WriterOutput("orders", 1, List.of(file), List.of()));
    assertThat(changes.checked()).as("of an earlier release").isEmpty();
  }

  @Test
  void writersThatDoNotEvaluateConstraintsAreRefused() {
    var spec = appends(POSITIVE);
    TableCommitter.open(spec).close();
    var definition =
        new TableDefinition("orders", spec.path(), spec.rowType(), false, spec.properties());

    assertThatThrownBy(
            () -> TableLog.open(definition, CommitStores.forTable(spec.path()), Clock.systemUTC()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED))
        .hasMessageContaining("checkConstraints");
  }

  private interface Change {
    void to(ObjectNode metadata) throws IOException;
  }

  private void addConstraint(String name, String expression) throws IOException {
    changeMetadata(
        3,
        "constraint",
        metadata ->
            ((ObjectNode) metadata.path("configuration"))
                .put("delta.constraints." + name, expression));
  }

  private void addInvariant(String column, String expression) throws IOException {
    changeMetadata(
        2,
        "invariant",
        metadata ->
            setField(
                metadata,
                column,
                "delta.invariants",
                "{\"expression\":{\"expression\":\"%s\"}}".formatted(expression)));
  }

  private static void setField(ObjectNode metadata, String column, String key, String value)
      throws IOException {
    ObjectNode schema = (ObjectNode) JSON.readTree(metadata.path("schemaString").asText());
    for (var field : schema.path("fields")) {
      if (field.path("name").asText().equals(column)) {
        ((ObjectNode) field.path("metadata")).put(key, value);
      }
    }
    metadata.put("schemaString", JSON.writeValueAsString(schema));
  }

  /** Commits a protocol and metadata as another writer would. */
  private void changeMetadata(int writerVersion, String what, Change change) throws IOException {
    Path log = table().resolve("_delta_log");
    String first =
        Files.readAllLines(log.resolve("%020d.json".formatted(0))).stream()
            .filter(line -> line.contains("\"metaData\""))
            .findFirst()
            .orElseThrow();
    ObjectNode action = (ObjectNode) JSON.readTree(first);
    change.to((ObjectNode) action.path("metaData"));
    long version = KernelTableReader.open(table().toString()).version() + 1;
    Files.write(
        log.resolve("%020d.json".formatted(version)),
        List.of(
            "{\"commitInfo\":{\"timestamp\":1,\"operation\":\"%s\",\"operationParameters\":{}}}"
                .formatted(what),
            "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":%d}}"
                .formatted(writerVersion),
            JSON.writeValueAsString(action)));
  }
}
