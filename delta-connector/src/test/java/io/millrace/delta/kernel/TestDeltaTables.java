package io.millrace.delta.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.TableManager;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.transaction.DataLayoutSpec;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDeltaTables {
  private static final RowType TWO_COLUMNS =
      RowType.of(
          new LogicalType[] {new BigIntType(false), new VarCharType(VarCharType.MAX_LENGTH)},
          new String[] {"id", "name"});

  @TempDir Path folder;

  private TableDefinition definition(RowType rowType, boolean upserts, Map<String, String> props) {
    return new TableDefinition("t", folder.resolve("t").toString(), rowType, upserts, props);
  }

  private void foreign(Map<String, String> properties, List<String> partitions) {
    var builder =
        TableManager.buildCreateTableTransaction(
                folder.resolve("t").toString(), DeltaTypes.toDelta(TWO_COLUMNS), "foreign")
            .withTableProperties(properties);
    if (!partitions.isEmpty()) {
      builder =
          builder.withDataLayoutSpec(
              DataLayoutSpec.partitioned(
                  partitions.stream().map(io.delta.kernel.expressions.Column::new).toList()));
    }
    var engine = DefaultEngine.create(new FlinkFileIO());
    builder.build(engine).commit(engine, CloseableIterable.emptyIterable());
  }

  @Test
  void aTableIsMadeWithItsProperties() {
    DeltaTables.createIfAbsent(
        definition(TWO_COLUMNS, false, Map.of("delta.appendOnly", "true", "owner", "me")));

    TableDescription made = KernelTableReader.describe(folder.resolve("t").toString());
    assertThat(made.version()).isZero();
    assertThat(made.rowType()).isEqualTo(TWO_COLUMNS.copy(false));
    assertThat(made.properties())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "delta.appendOnly", "true",
                "delta.checkpointInterval", "50",
                "delta.setTransactionRetentionDuration", "interval 30 days",
                "owner", "me"));
    assertThat(made.rows()).hasValue(0);
    CommitEntry creation = KernelTableReader.history(made.path(), 10).get(0);
    assertThat(creation.operation()).isEqualTo("CREATE TABLE");
    assertThat(creation.engineInfo()).hasValueSatisfying(v -> assertThat(v).contains("Millrace/"));
  }

  @Test
  void givenIntervalsAreKept() {
    DeltaTables.createIfAbsent(
        definition(
            TWO_COLUMNS,
            true,
            Map.of(
                "delta.checkpointInterval", "7",
                "delta.setTransactionRetentionDuration", "interval 1 days")));

    assertThat(KernelTableReader.describe(folder.resolve("t").toString()).properties())
        .containsEntry("delta.checkpointInterval", "7")
        .containsEntry("delta.setTransactionRetentionDuration", "interval 1 days")
        .containsEntry("delta.enableDeletionVectors", "true");
  }

  @Test
  void aTableThatFitsIsLeftAsItIs() {
    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of()));
    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of("delta.appendOnly", "true")));

    assertThat(KernelTableReader.history(folder.resolve("t").toString(), 10)).hasSize(1);
  }

  @Test
  void aFolderLeftByACreatorThatWasKilledIsUsed() throws IOException {
    Files.createDirectories(folder.resolve("t/_delta_log"));
    Files.writeString(folder.resolve("t/_delta_log/.00000000000000000000.json.x.tmp"), "{\"pro");

    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of()));

    assertThat(KernelTableReader.open(folder.resolve("t").toString()).version()).isZero();
  }

  @Test
  void schemasThatDoNotFitAreRefusedNamingAllColumns() {
    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of()));
    RowType other =
        RowType.of(
            new LogicalType[] {new BigIntType(true), new IntType(), new IntType()},
            new String[] {"id", "name", "more"});

    assertRefused(
        definition(other, false, Map.of()),
        ErrorCode.SCHEMA_CHANGED,
        "table t does not fit what is written to it: "
            + "column id is NOT NULL in the table, nulls may be written; "
            + "column name is string in the table, integer is written; "
            + "column more is not in the table");
  }

  @Test
  void fewerColumnsAndStricterOnesFit() {
    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of()));
    RowType onlyId = RowType.of(new LogicalType[] {new BigIntType(false)}, new String[] {"id"});

    assertThatCode(() -> DeltaTables.createIfAbsent(definition(onlyId, false, Map.of())))
        .doesNotThrowAnyException();
  }

  @Test
  void tablesThatCannotBeUpsertedAreRefused() {
    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of()));

    assertRefused(
        definition(TWO_COLUMNS, true, Map.of()),
        ErrorCode.TABLE_UNSUPPORTED,
        "is to be upserted and has no deletion vectors");
  }

  @Test
  void upsertsOfAppendOnlyTablesAreRefused() {
    foreign(Map.of("delta.enableDeletionVectors", "true", "delta.appendOnly", "true"), List.of());

    assertRefused(
        definition(TWO_COLUMNS, true, Map.of()),
        ErrorCode.TABLE_UNSUPPORTED,
        "is to be upserted and is append-only");
  }

  @Test
  void tablesWithAChangeFeedAreUpsertedAndAppended() {
    foreign(
        Map.of("delta.enableDeletionVectors", "true", "delta.enableChangeDataFeed", "true"),
        List.of());

    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, true, Map.of()));
    DeltaTables.createIfAbsent(definition(TWO_COLUMNS, false, Map.of()));
  }

  @Test
  void tablesWithOtherPartitionsAreRefused() {
    foreign(Map.of(), List.of("name"));

    assertRefused(
        definition(TWO_COLUMNS, false, Map.of()),
        ErrorCode.SCHEMA_CHANGED,
        "is partitioned by (name), and is written as partitioned by ()");
  }

  @Test
  void mappedColumnNamesAreTakenFromTheTable() {
    foreign(Map.of("delta.columnMapping.mode", "name"), List.of());

    WriteRules rules = WriteRules.load(definition(TWO_COLUMNS, false, Map.of()));

    assertThat(rules.names().inFiles("id")).startsWith("col-");
    assertThat(rules.names().inFiles("name")).startsWith("col-");
  }

  @Test
  void writerFeaturesThatAreNotDoneHereAreRefusedByName() throws IOException {
    foreign(Map.of("delta.enableDeletionVectors", "true"), List.of());
    addWriterFeature("allowColumnDefaults");

    assertRefused(
        definition(TWO_COLUMNS, false, Map.of()),
        ErrorCode.TABLE_UNSUPPORTED,
        "table t at %s uses allowColumnDefaults".formatted(folder.resolve("t")));
  }

  @Test
  void featuresOfTheFutureAreRefusedByName() throws IOException {
    foreign(Map.of("delta.enableDeletionVectors", "true"), List.of());
    addWriterFeature("timeTravelToMars");

    assertRefused(
        definition(TWO_COLUMNS, false, Map.of()), ErrorCode.TABLE_UNSUPPORTED, "timeTravelToMars");
  }

  private void addWriterFeature(String feature) throws IOException {
    Path entry = folder.resolve("t/_delta_log/00000000000000000000.json");
    Files.writeString(
        entry,
        Files.readString(entry)
            .replace("\"writerFeatures\":[", "\"writerFeatures\":[\"" + feature + "\","));
  }

  @Test
  void unknownDeltaPropertiesAreRefused() {
    assertRefused(
        definition(TWO_COLUMNS, false, Map.of("delta.nonsense", "1")),
        ErrorCode.PROPERTY_INVALID,
        "delta.nonsense");
  }

  private static void assertRefused(TableDefinition definition, ErrorCode code, String problem) {
    assertThatThrownBy(() -> DeltaTables.createIfAbsent(definition))
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(problem);
  }
}
