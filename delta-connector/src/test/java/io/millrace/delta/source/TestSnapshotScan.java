package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.vector.RandomRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSnapshotScan {
  private static final Map<String, String> DELETABLE =
      Map.of("delta.enableDeletionVectors", "true");

  @TempDir private Path folder;
  private SourceTable table;

  @BeforeEach
  void create() {
    table = new SourceTable(folder, SourceTable.NUMBERS, DELETABLE);
  }

  private static List<String> numbers(long from, long to) {
    return LongStream.range(from, to).mapToObj(n -> "[%d, n%d]".formatted(n, n)).sorted().toList();
  }

  /** Enumerator and reader without a cluster, which takes a second for every job. */
  private static List<String> rows(DeltaSourceBuilder source) throws Exception {
    return Scan.rows(source);
  }

  private DeltaSourceBuilder source() {
    return DeltaSource.builder(table.path());
  }

  @Test
  void everyTypeIsReadFromManyFilesInManyParts() throws Exception {
    Path place = folder.resolve("every type");
    var every = new SourceTable(place, RandomRows.EVERYTHING);
    var random = new RandomRows(3);
    List<String> expected = new ArrayList<>();
    for (int file = 0; file < 3; file++) {
      List<GenericRowData> rows = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        rows.add(random.row(RandomRows.EVERYTHING));
        expected.add(RandomRows.text(rows.get(i), RandomRows.EVERYTHING));
      }
      every.append(rows);
    }
    expected.sort(null);

    assertThat(
            SourceTable.rows(
                DeltaSource.builder(every.path()).splitBytes(1000).build(), RandomRows.EVERYTHING))
        .isEqualTo(expected);
  }

  @Test
  void deletedRowsAreLeftOutAndKernelAgrees() throws Exception {
    DataFile first = table.appendNumbers(0, 10_000);
    DataFile second = table.appendNumbers(10_000, 10_010);
    table.delete(first, LongStream.range(0, 10_000).filter(n -> n % 3 != 1).toArray());
    table.delete(second, 0, 9);
    table.delete(first, 1);

    List<String> found = rows(source());

    List<String> kernel = new ArrayList<>();
    try (var all = KernelTableReader.open(table.path()).rows()) {
      all.forEachRemaining(row -> kernel.add("[%s, %s]".formatted(row.get("id"), row.get("name"))));
    }
    assertThat(found).isEqualTo(kernel.stream().sorted().toList()).hasSize(3332 + 8);
  }

  @Test
  void anEarlierVersionIsReadByItsNumberOrItsTime() throws Exception {
    for (int i = 1; i <= 3; i++) {
      DataFile file = table.appendNumbers(10 * i, 10 * i + 10);
      assertThat(file.records()).isEqualTo(10);
    }
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    for (int version = 0; version <= 3; version++) {
      Files.setLastModifiedTime(
          folder.resolve("_delta_log/%020d.json".formatted(version)),
          FileTime.from(start.plusSeconds(60L * version)));
    }

    assertThat(rows(source().version(2))).isEqualTo(numbers(10, 30));
    assertThat(rows(source().version(0))).isEmpty();
    assertThat(rows(source().timestamp(start.plusSeconds(60).toEpochMilli())))
        .isEqualTo(numbers(10, 20));
    assertThat(rows(source().timestamp(start.plusSeconds(179).toEpochMilli())))
        .isEqualTo(numbers(10, 30));
    assertThat(rows(source().timestamp(start.plusSeconds(1_000_000).toEpochMilli())))
        .isEqualTo(numbers(10, 40));
    assertThatThrownBy(() -> source().timestamp(start.minusMillis(1).toEpochMilli()).build())
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND))
        .hasMessageContaining(
            "has no version as of 2025-12-31T23:59:59.999Z: its first that can be read is version 0"
                + " of 2026-01-01T00:00:00Z");
    assertThatThrownBy(() -> source().version(4).build())
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("has no version 4: it has versions 0 to 3");
  }

  @Test
  void columnsComeInTheOrderAskedForAndMetadataWithThem() throws Exception {
    table.appendNumbers(0, 2);
    DataFile second = table.appendNumbers(2, 3);
    DeltaSource source =
        source()
            .column("name", VarCharType.STRING_TYPE)
            .metadata("v", MetadataColumn.COMMIT_VERSION)
            .metadata("f", MetadataColumn.FILE_PATH)
            .column("key", List.of("id"), new BigIntType())
            .build();
    RowType type =
        RowType.of(
            new LogicalType[] {
              VarCharType.STRING_TYPE, new BigIntType(), VarCharType.STRING_TYPE, new BigIntType()
            },
            new String[] {"name", "v", "f", "key"});

    assertThat(SourceTable.rows(source, type))
        .hasSize(3)
        .contains("[n2, 2, %s, 2]".formatted(second.path()));
  }

  @Test
  void whatTheTableDoesNotHaveIsRefusedByName() throws Exception {
    table.appendNumbers(0, 1);
    assertThatThrownBy(() -> source().column("nome", new BigIntType()).build())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.COLUMN_NOT_FOUND))
        .hasMessageContaining("has no column nome at version 1")
        .hasMessageContaining("name one of id, name");
    assertThatThrownBy(() -> source().column("name", new BigIntType()).build())
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TYPE_MISMATCH))
        .hasMessageContaining("is STRING at version 1, it is to be read as BIGINT");
    assertThatThrownBy(() -> DeltaSource.builder(folder.resolve("none").toString()).build())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND));
    assertThatThrownBy(() -> source().version(0).timestamp(0).build())
        .hasMessageContaining("version and timestamp are both given");
    assertThatThrownBy(() -> source().startingVersion(0).build())
        .hasMessageContaining("a start is given for the rows of one version");
  }

  @Test
  void aMissingOrDamagedFileFailsTheJobByName() throws Exception {
    DataFile file = table.appendNumbers(0, 1000);
    byte[] bytes = Files.readAllBytes(folder.resolve(file.path()));
    DeltaSource source = source().build();

    Files.write(folder.resolve(file.path()), java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(failure(source, ErrorCode.TABLE_CORRUPT))
        .contains("data file " + file.path())
        .contains("(added by version 1, read for version 1) cannot be read");

    bytes[bytes.length / 3] ^= 4;
    Files.write(folder.resolve(file.path()), bytes);
    assertThat(failure(source, ErrorCode.TABLE_CORRUPT)).contains("data file " + file.path());

    Files.delete(folder.resolve(file.path()));
    assertThat(failure(source, ErrorCode.FILE_NOT_FOUND))
        .contains("data file " + file.path())
        .contains(
            "(added by version 1, read for version 1) is not there: it was deleted, perhaps by VACUUM");
  }

  /** Fault 27: whoever deletes it, the commit that added it is named, and no later one. */
  @Test
  void aFileDeletedByHandIsNamedWithTheCommitThatAddedIt() throws Exception {
    table.appendNumbers(0, 10);
    DataFile file = table.appendNumbers(10, 20);
    table.appendNumbers(20, 30);
    // Another deletion vector of the file is no other file.
    table.delete(file, 4);
    Files.delete(folder.resolve(file.path()));

    assertThat(failure(source().build(), ErrorCode.FILE_NOT_FOUND))
        .contains(
            "data file %s of table %s (added by version 2, read for version 4) is not there"
                .formatted(file.path(), table.path()));
    // Versions without it can still be read.
    assertThat(Scan.rows(source().version(1))).hasSize(10);
  }

  private static String failure(DeltaSource source, ErrorCode code) {
    // As a job of its own the first time, for how the failure comes out of one.
    for (boolean inJob : new boolean[] {code == ErrorCode.FILE_NOT_FOUND, false}) {
      try {
        if (inJob) {
          SourceTable.rows(source, SourceTable.NUMBERS);
        } else {
          Scan.rows(source);
        }
      } catch (Exception e) {
        String text = org.apache.flink.util.ExceptionUtils.stringifyException(e);
        assertThat(text).contains(code.name());
        return text;
      }
    }
    throw new AssertionError("it did not fail");
  }

  @Test
  void aLimitKeepsFilesUnreadThatAreNotNeeded() throws Exception {
    for (int i = 0; i < 20; i++) {
      table.appendNumbers(10 * i, 10 * i + 10);
    }
    var planner = new SplitPlanner(spec(source().limit(25)));

    assertThat(planner.rowsOf(io.millrace.delta.kernel.TableSnapshot.latest(table.path())))
        .hasSize(3);
    assertThat(SourceTable.rows(source().limit(25).build(), SourceTable.NUMBERS))
        .hasSizeBetween(25, 30);
  }

  private static SourceSpec spec(DeltaSourceBuilder builder) {
    return builder.build().spec();
  }
}
