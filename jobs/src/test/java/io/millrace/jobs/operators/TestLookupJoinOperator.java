package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.operators.LookupJoinOperator.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TestLookupJoinOperator {
  private static final RowType FLIGHTS = Harnesses.rowType("ROW<flight STRING, airline INT>");
  private static final RowType AIRLINES =
      Harnesses.rowType("ROW<id BIGINT NOT NULL, name STRING NOT NULL>");

  /** Hands out one row object again and again, as a reader may. */
  private static Iterable<RowData> airlines() {
    FlatRow reused = new FlatRow(AIRLINES);
    List<RowData> rows =
        List.of(
            airline(1L, "Alpha"), airline(2L, "Beta"), airline(1L, "Aleph"), airline(null, "?"));
    return () ->
        rows.stream()
            .map(
                row -> {
                  reused.copyFrom(row);
                  return (RowData) reused;
                })
            .iterator();
  }

  private static RowData airline(@Nullable Long id, String name) {
    return GenericRowData.of(id, StringData.fromString(name));
  }

  private static LookupJoinOperator join(Kind kind) {
    return new LookupJoinOperator(
        "flights",
        kind,
        FLIGHTS,
        new int[] {1},
        AIRLINES,
        new int[] {0},
        TestLookupJoinOperator::airlines);
  }

  private static List<String> joined(Kind kind, Map<String, Long> expectedCounts) throws Exception {
    LookupJoinOperator operator = join(kind);
    try (var harness = Harnesses.open(operator, operator.outputType())) {
      List<RowData> rows = new ArrayList<>();
      rows.add(FlatRows.of(FLIGHTS, "a", 1));
      rows.add(GenericRowData.of(StringData.fromString("b"), 3));
      rows.add(FlatRows.of(FLIGHTS, "c", null));
      rows.add(FlatRows.of(FLIGHTS, "d", 2));
      for (RowData row : rows) {
        harness.processElement(new StreamRecord<>(row));
      }
      harness.prepareSnapshotPreBarrier(1);
      assertThat(Harnesses.reported(harness)).isEqualTo(expectedCounts);
      return Harnesses.drain(harness).stream().map(Object::toString).toList();
    }
  }

  @Test
  void innerJoinMultipliesAndDrops() throws Exception {
    assertThat(joined(Kind.INNER, Map.of("in", 4L, "out", 3L, "unmatched", 2L)))
        .containsExactly("+I(a,1,1,Alpha)", "+I(a,1,1,Aleph)", "+I(d,2,2,Beta)");
  }

  @Test
  void leftJoinKeepsEveryLeftRow() throws Exception {
    assertThat(joined(Kind.LEFT, Map.of("in", 4L, "out", 5L, "unmatched", 0L)))
        .containsExactly(
            "+I(a,1,1,Alpha)",
            "+I(a,1,1,Aleph)",
            "+I(b,3,null,null)",
            "+I(c,null,null,null)",
            "+I(d,2,2,Beta)");
    assertThat(join(Kind.LEFT).outputType().asSerializableString())
        .isEqualTo(
            "ROW<`flight` VARCHAR(2147483647), `airline` INT, `id` BIGINT, `name`"
                + " VARCHAR(2147483647)> NOT NULL");
  }

  @Test
  void refusesKeysThatCannotBeCompared() {
    assertThatThrownBy(
            () ->
                new LookupJoinOperator(
                    "flights",
                    Kind.INNER,
                    FLIGHTS,
                    new int[] {0},
                    AIRLINES,
                    new int[] {0},
                    TestLookupJoinOperator::airlines))
        .hasMessageStartingWith(
            "TYPE_MISMATCH: a join compares flight of type STRING with id of type BIGINT NOT NULL");
    assertThat(supports("INT", "BIGINT")).isTrue();
    assertThat(supports("CHAR(3)", "STRING")).isFalse();
    assertThat(supports("DECIMAL(10, 2)", "DECIMAL(12, 2)")).isTrue();
    assertThat(supports("DECIMAL(10, 2)", "DECIMAL(10, 3)")).isFalse();
    assertThat(supports("INT", "DOUBLE")).isFalse();
    assertThat(supports("DATE", "INT")).isFalse();
  }

  private static boolean supports(String left, String right) {
    return LookupJoinOperator.supports(Harnesses.type(left), Harnesses.type(right));
  }
}
