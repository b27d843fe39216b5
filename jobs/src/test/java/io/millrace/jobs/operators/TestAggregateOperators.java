package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.operators.AggregateCall.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class TestAggregateOperators {
  private static final RowType ORDERS =
      Harnesses.rowType("ROW<region STRING, customer BIGINT, amount DECIMAL(10, 2), n INT>");

  private static Aggregation byRegion() {
    return new Aggregation(
        ORDERS,
        ChangelogMode.insertOnly(),
        new int[] {0},
        List.of(AggregateCall.countStar("orders"), call("revenue", Kind.SUM, 2)));
  }

  private static Aggregation byCustomer() {
    return new Aggregation(
        ORDERS,
        ChangelogMode.insertOnly(),
        new int[] {1},
        List.of(AggregateCall.countStar("orders"), call("revenue", Kind.SUM, 2)));
  }

  private static AggregateCall call(String name, Kind kind, int column) {
    return AggregateCall.of(name, kind, column, ORDERS.getTypeAt(column));
  }

  private static FlatRow order(String region, long customer, String amount) {
    return FlatRows.of(
        ORDERS, region, customer, DecimalData.fromBigDecimal(new BigDecimal(amount), 10, 2), 1);
  }

  @Test
  void emitsEachChangedGroupOnceBeforeTheBarrier() throws Exception {
    Aggregation aggregation = byRegion();
    try (var local =
            Harnesses.open(
                new LocalAggregateOperator("local", aggregation), aggregation.partialType());
        var global =
            Harnesses.keyed(
                new GlobalAggregateOperator("gold", aggregation),
                aggregation.partialKeySelector(),
                aggregation.outputType(),
                1,
                0)) {
      global.open();
      local.processElement(new StreamRecord<>(order("eu", 1, "1.50")));
      local.processElement(new StreamRecord<>(order("us", 2, "2.00")));
      local.processElement(new StreamRecord<>(order("eu", 1, "-0.25")));
      assertThat(Harnesses.drain(local)).isEmpty();

      local.prepareSnapshotPreBarrier(1);
      List<RowData> partials = Harnesses.drain(local);
      assertThat(partials).hasSize(2);
      for (RowData partial : partials) {
        global.processElement(new StreamRecord<>(partial));
      }
      assertThat(Harnesses.drain(global)).isEmpty();
      global.prepareSnapshotPreBarrier(1);
      assertThat(Harnesses.drain(global).toString().split("(?<=\\)), |[\\[\\]]"))
          .contains("+I(eu,2,1.25)", "+I(us,1,2.00)");

      local.processElement(new StreamRecord<>(order("us", 2, "3.00")));
      local.getOneInputOperator().finish();
      for (RowData partial : Harnesses.drain(local)) {
        global.processElement(new StreamRecord<>(partial));
      }
      global.getOneInputOperator().finish();
      assertThat(Harnesses.drain(global)).hasToString("[+U(us,2,5.00)]");
      assertThat(Harnesses.reported(local)).isEqualTo(Map.of("in", 4L, "out", 3L));
      assertThat(Harnesses.reported(global)).isEqualTo(Map.of("in", 3L, "out", 3L));
    }
  }

  @Test
  void totalsSurviveRescalingWhileTablesGrow() throws Exception {
    Aggregation aggregation = byCustomer();
    Map<Long, Long> orders = new TreeMap<>();
    Map<Long, Long> emitted = new TreeMap<>();
    Map<Long, BigDecimal> revenue = new TreeMap<>();
    List<OperatorSubtaskState> states = List.of();
    int round = 0;
    for (int parallelism : new int[] {2, 3, 1}) {
      round++;
      List<RowData> partials = new ArrayList<>();
      try (var local =
          Harnesses.open(
              new LocalAggregateOperator("local", aggregation, 100), aggregation.partialType())) {
        for (int i = 0; i < 20_000; i++) {
          long customer = (i * 7919L + round) % (500L * round * round);
          local.processElement(new StreamRecord<>(order("eu", customer, "0.01")));
          orders.merge(customer, 1L, Long::sum);
        }
        local.prepareSnapshotPreBarrier(round);
        partials.addAll(Harnesses.drain(local));
      }
      List<OperatorSubtaskState> next = new ArrayList<>();
      for (int subtask = 0; subtask < parallelism; subtask++) {
        try (var global =
            Harnesses.keyed(
                new GlobalAggregateOperator("gold", aggregation),
                aggregation.partialKeySelector(),
                aggregation.outputType(),
                parallelism,
                subtask)) {
          if (!states.isEmpty()) {
            global.initializeState(Harnesses.share(states, parallelism, subtask));
          }
          global.open();
          for (RowData partial : partials) {
            if (KeyGroupRangeAssignment.assignKeyToParallelOperator(
                    aggregation.partialKeySelector().getKey(partial),
                    Harnesses.MAX_PARALLELISM,
                    parallelism)
                == subtask) {
              global.processElement(new StreamRecord<>(partial));
            }
          }
          global.prepareSnapshotPreBarrier(round);
          for (RowData row : Harnesses.drain(global)) {
            assertThat(row.getRowKind())
                .isEqualTo(
                    emitted.containsKey(row.getLong(0)) ? RowKind.UPDATE_AFTER : RowKind.INSERT);
            emitted.put(row.getLong(0), row.getLong(1));
            revenue.put(row.getLong(0), row.getDecimal(2, 38, 2).toBigDecimal());
          }
          next.add(global.snapshot(round, round));
        }
      }
      states = next;
      assertThat(emitted).isEqualTo(orders);
      assertThat(revenue)
          .allSatisfy(
              (customer, sum) ->
                  assertThat(sum).isEqualTo(BigDecimal.valueOf(orders.get(customer), 2)));
    }
  }

  @Test
  void withoutGroupColumnsTheInputIsOneGroup() throws Exception {
    Aggregation aggregation =
        new Aggregation(
            ORDERS,
            ChangelogMode.insertOnly(),
            new int[0],
            List.of(call("sum", Kind.SUM, 3), call("least", Kind.MIN, 2)));
    try (var local =
            Harnesses.open(
                new LocalAggregateOperator("local", aggregation), aggregation.partialType());
        var global =
            Harnesses.keyed(
                new GlobalAggregateOperator("gold", aggregation),
                aggregation.partialKeySelector(),
                aggregation.outputType(),
                1,
                0)) {
      global.open();
      local.prepareSnapshotPreBarrier(1);
      global.prepareSnapshotPreBarrier(1);
      assertThat(Harnesses.drain(global)).isEmpty();

      local.processElement(new StreamRecord<>(order("eu", 1, "1.50")));
      local.processElement(new StreamRecord<>(order("us", 1, "-7.50")));
      local.prepareSnapshotPreBarrier(2);
      for (RowData partial : Harnesses.drain(local)) {
        global.processElement(new StreamRecord<>(partial));
      }
      global.prepareSnapshotPreBarrier(2);
      assertThat(Harnesses.drain(global)).hasToString("[+I(2,-7.50)]");
    }
  }

  @Test
  void stopsAddingUpWhereGroupsAreAsManyAsRowsAndStartsAgain() throws Exception {
    Aggregation aggregation = byCustomer();
    try (var local =
        Harnesses.open(
            new LocalAggregateOperator("local", aggregation, 8192), aggregation.partialType())) {
      for (int i = 0; i < 8192; i++) {
        local.processElement(new StreamRecord<>(order("eu", i, "1.00")));
      }
      assertThat(Harnesses.drain(local)).hasSize(8192);

      for (int i = 0; i < 16 * 8192; i++) {
        local.processElement(new StreamRecord<>(order("eu", 5, "1.00")));
      }
      List<RowData> passed = Harnesses.drain(local);
      assertThat(passed).hasSize(16 * 8192);
      assertThat(passed.get(9)).isEqualTo(passed.get(10));

      for (int i = 0; i < 5000; i++) {
        local.processElement(new StreamRecord<>(order("eu", 5, "1.00")));
      }
      assertThat(Harnesses.drain(local)).isEmpty();
      local.prepareSnapshotPreBarrier(1);
      assertThat(Harnesses.drain(local)).hasToString("[+I(5,5000,500000,0,5000)]");
    }
  }

  @Test
  void refusesWhatItCannotDo() {
    assertThatThrownBy(
            () ->
                new Aggregation(
                    ORDERS,
                    ChangelogMode.upsert(),
                    new int[] {0},
                    List.of(AggregateCall.countStar("n"))))
        .hasMessageStartingWith("SQL_UNSUPPORTED: an aggregate over a table whose rows change");
    assertThat(AggregateCall.supports(Kind.MAX, Harnesses.type("STRING"))).isFalse();
    assertThat(AggregateCall.supports(Kind.SUM, Harnesses.type("DATE"))).isFalse();
    assertThatThrownBy(() -> call("last", Kind.MAX, 0))
        .hasMessageStartingWith(
            "TYPE_UNSUPPORTED: MAX over type STRING is not one of our aggregates");
    assertThatThrownBy(() -> new AggregateCall("n", Kind.COUNT, -1, Harnesses.type("BIGINT")))
        .hasMessage("COUNT over column -1");
  }

  @Test
  void refusesTheStateOfAnotherQuery() throws Exception {
    OperatorSubtaskState state;
    try (var global = global(byRegion())) {
      global.open();
      state = global.snapshot(1, 1);
    }
    // Not closed: closing the harness of an operator that never opened fails by itself.
    var other = global(byCustomer());
    assertThatThrownBy(() -> other.initializeState(state))
        .hasMessageContaining(
            "STATE_INCOMPATIBLE: the state was written for aggregate COUNT_STAR, SUM(DECIMAL(10,"
                + " 2)) by (VARCHAR(2147483647)) in memory but the query now needs aggregate"
                + " COUNT_STAR, SUM(DECIMAL(10, 2)) by (BIGINT) in memory");
  }

  private static KeyedOneInputStreamOperatorTestHarness<Integer, RowData, RowData> global(
      Aggregation aggregation) throws Exception {
    return Harnesses.keyed(
        new GlobalAggregateOperator("gold", aggregation),
        aggregation.partialKeySelector(),
        aggregation.outputType(),
        1,
        0);
  }
}
