package io.millrace.delta.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.ChangeFile;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.TableChange;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.MetadataColumn;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.SourceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestChangeFiles {
  private static final RowType COLUMNS =
      RowType.of(
          new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE},
          new String[] {"id", "name"});
  private static final RowType CHANGES =
      RowType.of(
          new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE, VarCharType.STRING_TYPE},
          new String[] {"id", "name", "what"});

  @TempDir private Path folder;

  private DeltaTableSpec spec(Map<String, String> properties, String... partitions) {
    return new DeltaTableSpec("t", folder.toString(), "s", COLUMNS, List.of(), properties)
        .partitionedBy(List.of(partitions));
  }

  private static Map<String, String> feed() {
    return Map.of("delta.enableChangeDataFeed", "true", "delta.enableDeletionVectors", "true");
  }

  private static RowData row(long id, String name) {
    return GenericRowData.of(id, StringData.fromString(name));
  }

  private static TableLog open(DeltaTableSpec spec) {
    return TableLog.open(
        TableDefinition.of(spec), CommitStores.forTable(spec.path()), Clock.systemUTC());
  }

  private static LiveFile write(DeltaTableSpec spec, ColumnNames names, RowData row)
      throws IOException {
    try (var writer = new RowDataParquetWriter(spec, names, 0, ParquetOptions.DEFAULT)) {
      writer.write(row);
      DataFile file = writer.finishFile();
      return LiveFile.of(
          file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats(), Map.of());
    }
  }

  private static TableChange change(
      List<LiveFile> removed, List<LiveFile> added, List<ChangeFile> changes) {
    return new TableChange(
        removed, added, changes, Map.of(), "UPDATE", Map.of(), Map.of(), Map.of());
  }

  private List<String> changesOf(long version) throws Exception {
    return SourceTable.rows(
        DeltaSource.builder(folder.toString())
            .changesUntilNow(ChangeForm.ROWS)
            .startingVersion(version)
            .column("id", new BigIntType())
            .column("name", VarCharType.STRING_TYPE)
            .metadata("what", MetadataColumn.CHANGE_TYPE)
            .build(),
        CHANGES);
  }

  @Test
  void whatAVersionListsIsWhatItChanges() throws Exception {
    DeltaTableSpec spec = spec(feed());
    try (TableLog table = open(spec);
        ChangeFileWriter writer =
            new ChangeFileWriter(spec, ColumnNames.AS_THEY_ARE, 3, ParquetOptions.DEFAULT)) {
      LiveFile first = write(spec, ColumnNames.AS_THEY_ARE, row(1, "old"));
      assertThat(table.commit(change(List.of(), List.of(first), List.of()))).isTrue();
      writer.write(ChangeType.UPDATE_PREIMAGE, row(1, "old"));
      writer.write(ChangeType.UPDATE_POSTIMAGE, row(1, "new"));
      writer.write(ChangeType.INSERT, row(2, "two"));
      writer.write(ChangeType.DELETE, row(3, "three"));
      List<ChangeFile> files = writer.finish();
      assertThat(files)
          .singleElement()
          .satisfies(
              file ->
                  assertThat(file.path())
                      .matches("_change_data/cdc-00003-[0-9a-f]{16}\\.zstd\\.parquet"));
      LiveFile second = write(spec, ColumnNames.AS_THEY_ARE, row(1, "new"));
      assertThat(table.commit(change(List.of(first), List.of(second), files))).isTrue();
    }

    assertThat(changesOf(2))
        .containsExactly(
            "[1, new, update_postimage]",
            "[1, old, update_preimage]",
            "[2, two, insert]",
            "[3, three, delete]");
    String entry = Files.readString(folder.resolve("_delta_log/00000000000000000002.json"));
    assertThat(entry.lines().filter(line -> line.startsWith("{\"remove\"")))
        .singleElement()
        .asString()
        .contains("\"dataChange\":true");
    assertThat(entry.lines().filter(line -> line.startsWith("{\"cdc\"")))
        .singleElement()
        .asString()
        .contains("\"partitionValues\":{},\"size\":")
        .endsWith(",\"dataChange\":false}}");
  }

  @Test
  void rowsLieInTheFoldersOfTheirPartitions() throws Exception {
    DeltaTableSpec spec = spec(feed(), "name");
    try (TableLog table = open(spec);
        ChangeFileWriter writer =
            new ChangeFileWriter(spec, ColumnNames.AS_THEY_ARE, 0, ParquetOptions.DEFAULT)) {
      writer.write(ChangeType.DELETE, row(1, "a/b"));
      writer.write(ChangeType.DELETE, row(2, "c"));
      writer.write(ChangeType.DELETE, GenericRowData.of(3L, null));
      List<ChangeFile> files = writer.finish();
      assertThat(files)
          .extracting(file -> file.path().replaceAll("/cdc-[^/]*$", ""))
          .containsExactly(
              "_change_data/name=a%2Fb",
              "_change_data/name=c", "_change_data/name=__HIVE_DEFAULT_PARTITION__");
      assertThat(table.commit(change(List.of(), List.of(), files))).isTrue();
    }

    assertThat(changesOf(1))
        .containsExactly("[1, a/b, delete]", "[2, c, delete]", "[3, null, delete]");
  }

  @Test
  void mappedColumnsAreCalledAsInDataFiles() throws Exception {
    Map<String, String> properties = new java.util.TreeMap<>(feed());
    properties.put("delta.columnMapping.mode", "name");
    DeltaTableSpec spec = spec(properties);
    WriteRules rules = WriteRules.load(TableDefinition.of(spec));
    try (TableLog table = open(spec);
        ChangeFileWriter writer =
            new ChangeFileWriter(spec, rules.names(), 0, ParquetOptions.DEFAULT)) {
      writer.write(ChangeType.INSERT, row(1, "one"));
      assertThat(table.commit(change(List.of(), List.of(), writer.finish()))).isTrue();
    }

    assertThat(changesOf(1)).containsExactly("[1, one, insert]");
  }

  @Test
  void maintenanceListsChangesToo() throws Exception {
    DeltaTableSpec spec = spec(feed());
    open(spec).close();
    try (MaintainedTable table = MaintainedTable.open(spec.path());
        ChangeFileWriter writer =
            new ChangeFileWriter(spec, ColumnNames.AS_THEY_ARE, 0, ParquetOptions.DEFAULT)) {
      TableState now = table.latest();
      writer.write(ChangeType.INSERT, row(7, "seven"));
      MaintenanceCommit commit =
          new MaintenanceCommit(
              "MERGE",
              Map.of(),
              Map.of(),
              List.of(),
              List.of(write(spec, ColumnNames.AS_THEY_ARE, row(7, "seven"))),
              writer.finish(),
              true,
              Optional.empty());
      assertThat(table.commit(now, commit)).isTrue();
    }

    assertThat(changesOf(1)).containsExactly("[7, seven, insert]");
  }

  @Test
  void whatIsNotHandedOverIsDeleted() throws Exception {
    DeltaTableSpec spec = spec(feed());
    try (ChangeFileWriter writer =
        new ChangeFileWriter(spec, ColumnNames.AS_THEY_ARE, 0, ParquetOptions.DEFAULT)) {
      writer.write(ChangeType.INSERT, row(1, "one"));
    }
    try (ChangeFileWriter writer =
        new ChangeFileWriter(spec, ColumnNames.AS_THEY_ARE, 0, ParquetOptions.DEFAULT)) {
      writer.write(ChangeType.INSERT, row(1, "one"));
      List<ChangeFile> files = writer.finish();
      assertThat(folder.resolve(files.get(0).path())).exists();
      ChangeFileWriter.discard(spec.path(), files);
    }

    try (Stream<Path> left = Files.list(folder.resolve("_change_data"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void columnsThatTheFeedNeedsAreRefused() {
    RowType columns =
        RowType.of(
            new LogicalType[] {new BigIntType(), new BigIntType()},
            new String[] {"id", "_commit_version"});
    DeltaTableSpec spec =
        new DeltaTableSpec("t", folder.toString(), "s", columns, List.of(), Map.of());

    assertThatThrownBy(
            () -> new ChangeFileWriter(spec, ColumnNames.AS_THEY_ARE, 0, ParquetOptions.DEFAULT))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED))
        .hasMessageContaining(
            "table t has a change data feed and a column _commit_version, which the feed has too");
  }
}
