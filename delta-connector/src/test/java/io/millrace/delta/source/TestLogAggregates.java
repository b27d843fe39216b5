package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DataFile;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.Utf8;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.LogAggregates.Aggregate;
import io.millrace.delta.vector.RandomRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestLogAggregates {
  private static final RowType TYPE =
      (RowType)
          RandomRows.type(
              "ROW<p STRING, big BIGINT, tiny TINYINT, d DECIMAL(12, 3), wide DECIMAL(30, 2),"
                  + " `day` DATE, `text` STRING, `twice` DOUBLE, `instant` TIMESTAMP_LTZ(6)>");
  private static final List<String> EXACT = List.of("big", "tiny", "d", "day");

  @TempDir private Path folder;

  private static ColumnRef column(String name) {
    return new ColumnRef(List.of(name), TYPE.getTypeAt(TYPE.getFieldIndex(name)));
  }

  private static Aggregate least(String column) {
    return new Aggregate.Extreme(column(column), false);
  }

  private static Aggregate greatest(String column) {
    return new Aggregate.Extreme(column(column), true);
  }

  private static Aggregate values(String column) {
    return new Aggregate.Values(column(column));
  }

  private static final Aggregate ROWS = new Aggregate.Rows();

  private static Optional<List<RowData>> ask(SourceTable table, Aggregate... wanted) {
    return LogAggregates.of(
        TableSnapshot.latest(table.path()), RowFilter.TRUE, List.of(), List.of(wanted));
  }

  private SourceTable table(String name, List<String> partitions) {
    return new SourceTable(
        folder.resolve(name), TYPE, Map.of("delta.enableDeletionVectors", "true"), partitions);
  }

  /** A table of three partitions as it is written, file by file, and the rows that it has. */
  private static final class Written {
    private final SourceTable table;
    private final List<RowData> rows = new ArrayList<>();

    Written(SourceTable table, long seed) throws Exception {
      this.table = table;
      var random = new Random(seed);
      var values = new RandomRows(seed);
      for (int file = 0; file < 4; file++) {
        String partition = random.nextInt(3) == 0 ? null : "p" + random.nextInt(2);
        List<RowData> of = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(6); i++) {
          GenericRowData row = values.row(TYPE);
          row.setField(0, partition == null ? null : StringData.fromString(partition));
          of.add(row);
        }
        Map<String, String> at = new HashMap<>();
        at.put("p", partition);
        DataFile written = table.write(at, of);
        table.commit(List.of(written), List.of());
        long[] deleted =
            random.nextInt(3) > 0
                ? new long[0]
                : LongStream.range(0, of.size()).filter(i -> random.nextInt(2) == 0).toArray();
        if (deleted.length > 0) {
          table.delete(written, deleted);
        }
        for (int i = 0; i < of.size(); i++) {
          long position = i;
          if (LongStream.of(deleted).noneMatch(d -> d == position)) {
            rows.add(of.get(i));
          }
        }
      }
    }

    /** The same aggregates, from the rows. */
    Map<String, List<Object>> expected(List<Aggregate> wanted, Predicate<RowData> which) {
      Map<String, List<RowData>> groups = new TreeMap<>();
      for (RowData row : rows) {
        if (which.test(row)) {
          groups
              .computeIfAbsent(
                  row.isNullAt(0) ? "" : row.getString(0).toString(), k -> new ArrayList<>())
              .add(row);
        }
      }
      Map<String, List<Object>> answer = new TreeMap<>();
      groups.forEach(
          (group, of) -> answer.put(group, wanted.stream().map(a -> one(a, of)).toList()));
      return answer;
    }

    private static Object one(Aggregate aggregate, List<RowData> rows) {
      if (aggregate instanceof Aggregate.Rows) {
        return String.valueOf(rows.size());
      }
      ColumnRef column =
          aggregate instanceof Aggregate.Values values
              ? values.column()
              : ((Aggregate.Extreme) aggregate).column();
      int index = TYPE.getFieldIndex(column.path().get(0));
      List<Comparable<Object>> found = new ArrayList<>();
      for (RowData row : rows) {
        @SuppressWarnings("unchecked")
        var value =
            (Comparable<Object>)
                RowData.createFieldGetter(TYPE.getTypeAt(index), index).getFieldOrNull(row);
        if (value != null) {
          found.add(value);
        }
      }
      if (aggregate instanceof Aggregate.Values) {
        return String.valueOf(found.size());
      }
      boolean greatest = ((Aggregate.Extreme) aggregate).greatest();
      return String.valueOf(
          found.stream().reduce((a, b) -> a.compareTo(b) > 0 == greatest ? a : b).orElse(null));
    }
  }

  private static Map<String, List<Object>> texts(List<RowData> rows, List<Aggregate> wanted) {
    Map<String, List<Object>> texts = new TreeMap<>();
    for (RowData row : rows) {
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < wanted.size(); i++) {
        values.add(String.valueOf(((GenericRowData) row).getField(1 + i)));
      }
      texts.put(row.isNullAt(0) ? "" : row.getString(0).toString(), values);
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 40})
  void whatTheLogAnswersIsWhatTheRowsAnswer(long first) throws Exception {
    int answered = 0;
    for (long seed = first; seed < first + 12; seed++) {
      var written = new Written(table("t" + seed, List.of("p")), seed);
      TableSnapshot snapshot = TableSnapshot.latest(written.table.path());
      for (String name : TYPE.getFieldNames()) {
        for (Aggregate aggregate : List.of(ROWS, values(name), least(name), greatest(name))) {
          List<Aggregate> wanted = List.of(aggregate);
          Optional<List<RowData>> answer =
              LogAggregates.of(snapshot, RowFilter.TRUE, List.of(column("p")), wanted);
          if (answer.isPresent()) {
            answered++;
            assertThat(texts(answer.get(), wanted))
                .as("seed %d, %s", seed, aggregate)
                .isEqualTo(written.expected(wanted, row -> true));
          }
          RowFilter one =
              new RowFilter.Compare(column("p"), RowFilter.Comparison.EQUAL, Utf8.of("p1"));
          Optional<List<RowData>> ofOne =
              LogAggregates.of(snapshot, one, List.of(column("p")), wanted);
          ofOne.ifPresent(
              rows ->
                  assertThat(texts(rows, wanted))
                      .isEqualTo(
                          written.expected(
                              wanted,
                              row ->
                                  !row.isNullAt(0) && row.getString(0).toString().equals("p1"))));
        }
      }
    }
    assertThat(answered).isGreaterThan(12 * 9);
  }

  @Test
  void rowsAreCountedWithoutThoseThatAreDeleted() throws Exception {
    var table = table("deleted", List.of());
    List<RowData> rows = new ArrayList<>();
    for (long n = 0; n < 10; n++) {
      GenericRowData row = new GenericRowData(TYPE.getFieldCount());
      row.setField(1, n);
      rows.add(row);
    }
    DataFile file = table.append(rows);

    assertThat(ask(table, ROWS, values("big"), values("tiny"), least("big"), greatest("big")))
        .contains(List.of(GenericRowData.of(10L, 10L, 0L, 0L, 9L)));
    table.delete(file, 0, 9);
    assertThat(ask(table, ROWS, values("big"), values("tiny"), least("tiny")))
        .contains(List.of(GenericRowData.of(8L, 8L, 0L, null)));
    assertThat(ask(table, least("big"))).as("0 is deleted").isEmpty();
    table.delete(file, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(ask(table, ROWS, least("big"))).contains(List.of(GenericRowData.of(0L, null)));
  }

  @Test
  void anEmptyTableHasOneAnswerAndNoGroups() {
    var table = table("empty", List.of("p"));
    table.create();

    assertThat(ask(table, ROWS, greatest("day"))).contains(List.of(GenericRowData.of(0L, null)));
    assertThat(
            LogAggregates.of(
                TableSnapshot.latest(table.path()),
                RowFilter.TRUE,
                List.of(column("p")),
                List.of(ROWS)))
        .contains(List.of());
  }

  @Test
  void whatStatisticsCutIsNotTakenForExact() throws Exception {
    var table = table("cut", List.of());
    List<RowType.RowField> fields = new ArrayList<>();
    TYPE.getFields()
        .forEach(f -> fields.add(new RowType.RowField(f.getName(), f.getType().copy(false))));
    table.append(List.of(new RandomRows(1).row(new RowType(fields))));

    for (String name : TYPE.getFieldNames()) {
      assertThat(ask(table, greatest(name)).isPresent()).as(name).isEqualTo(EXACT.contains(name));
    }
  }

  @Test
  void statisticsOfOtherWritersAreTakenForWhatTheySay() throws Exception {
    var table = table("foreign", List.of());
    table.create();
    long next = TableSnapshot.latest(table.path()).version() + 1;
    String vector =
        ",\"deletionVector\":{\"storageType\":\"i\",\"pathOrInlineDv\":\"x\","
            + "\"sizeInBytes\":40,\"cardinality\":1}";
    String[][] files = {
      {"{\"numRecords\":3,\"minValues\":{\"big\":1},\"nullCount\":{\"big\":1}}", "", "1"},
      {
        "{\"numRecords\":3,\"minValues\":{\"big\":1},\"nullCount\":{\"big\":1},"
            + "\"tightBounds\":false}",
        "",
        ""
      },
      {
        "{\"numRecords\":3,\"minValues\":{\"big\":1},\"nullCount\":{\"big\":0},"
            + "\"tightBounds\":true}",
        vector,
        "1"
      },
      {"{\"numRecords\":3,\"minValues\":{\"big\":1},\"nullCount\":{\"big\":0}}", vector, ""},
      {"{\"numRecords\":3,\"minValues\":{\"big\":\"1\"},\"nullCount\":{\"big\":0}}", "", ""},
      {"{\"numRecords\":3}", "", ""},
      {"{\"minValues\":{\"big\":1}}", "", ""},
      {"{numRecords", "", ""},
    };
    for (String[] file : files) {
      String stats = file[0].replace("\"", "\\\"");
      Files.writeString(
          folder.resolve("foreign/_delta_log/%020d.json".formatted(next)),
          "{\"commitInfo\":{\"timestamp\":1,\"operation\":\"WRITE\"}}\n"
              + "{\"add\":{\"path\":\"x.parquet\",\"partitionValues\":{},\"size\":1,"
              + "\"modificationTime\":1,\"dataChange\":true,\"stats\":\"%s\"%s}}\n"
                  .formatted(stats, file[1]));

      assertThat(ask(table, least("big")).map(rows -> String.valueOf(rows.get(0).getLong(0))))
          .as(file[0] + file[1])
          .isEqualTo(Optional.of(file[2]).filter(text -> !text.isEmpty()));
    }
  }
}
