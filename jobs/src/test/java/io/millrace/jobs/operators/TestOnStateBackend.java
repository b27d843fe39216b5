package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.operators.AggregateCall.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operators on Flink's state backends do what those on tables in memory do. */
class TestOnStateBackend {
  private static final RowType TYPE =
      Harnesses.rowType("ROW<id BIGINT, region STRING, amount DECIMAL(10, 2)>");
  private static final Aggregation AGGREGATION =
      new Aggregation(
          TYPE,
          ChangelogMode.insertOnly(),
          new int[] {1, 0},
          List.of(
              AggregateCall.countStar("n"),
              AggregateCall.of("sum", Kind.SUM, 2, TYPE.getTypeAt(2)),
              AggregateCall.of("least", Kind.MIN, 2, TYPE.getTypeAt(2))));

  private interface Operators {
    AccountedOperator create();
  }

  private static StateBackend backend(String name) {
    return name.equals("rocksdb") ? new EmbeddedRocksDBStateBackend() : new HashMapStateBackend();
  }

  private static List<RowData> rows(long seed) {
    Random random = new Random(seed);
    List<RowData> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      long id = random.nextInt(400);
      rows.add(
          FlatRows.of(
              TYPE,
              id == 7 ? null : id,
              "region" + id % 3,
              DecimalData.fromUnscaledLong(random.nextInt(100_000), 10, 2)));
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void deduplicationLetsThroughTheSameRows(String backend) throws Exception {
    int[] keys = {0, 1};
    KeySelector<RowData, Integer> selector =
        new DeduplicateOnStateBackend("d", TYPE, keys, null).keySelector();
    assertSame(
        backend,
        selector,
        TYPE,
        TestOnStateBackend::rows,
        () -> new DeduplicateOperator("d", TYPE, keys, null),
        () -> new DeduplicateOnStateBackend("d", TYPE, keys, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void aggregatesEmitTheSameRows(String backend) throws Exception {
    assertSame(
        backend,
        AGGREGATION.partialKeySelector(),
        AGGREGATION.outputType(),
        TestOnStateBackend::partials,
        () -> new GlobalAggregateOperator("g", AGGREGATION),
        () -> new GlobalAggregateOnStateBackend("g", AGGREGATION));
  }

  private static List<RowData> partials(long seed) throws Exception {
    try (var local =
        Harnesses.open(
            new LocalAggregateOperator("l", AGGREGATION, 9), AGGREGATION.partialType())) {
      for (RowData row : rows(seed)) {
        local.processElement(new StreamRecord<>(row));
      }
      local.prepareSnapshotPreBarrier(1);
      return Harnesses.drain(local);
    }
  }

  private interface Input {
    List<RowData> rows(long seed) throws Exception;
  }

  private static void assertSame(
      String backend,
      KeySelector<RowData, Integer> selector,
      RowType output,
      Input input,
      Operators inMemory,
      Operators onBackend)
      throws Exception {
    List<OperatorSubtaskState> memoryStates = List.of();
    List<OperatorSubtaskState> backendStates = List.of();
    for (int parallelism : new int[] {2, 3, 1}) {
      List<RowData> rows = input.rows(parallelism);
      List<String> expected = new ArrayList<>();
      List<String> actual = new ArrayList<>();
      memoryStates =
          run(inMemory, null, selector, output, parallelism, rows, memoryStates, expected);
      backendStates =
          run(onBackend, backend, selector, output, parallelism, rows, backendStates, actual);
      assertThat(expected).isNotEmpty();
      assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static List<OperatorSubtaskState> run(
      Operators operators,
      @Nullable String backend,
      KeySelector<RowData, Integer> selector,
      RowType output,
      int parallelism,
      List<RowData> rows,
      List<OperatorSubtaskState> states,
      List<String> results)
      throws Exception {
    List<OperatorSubtaskState> next = new ArrayList<>();
    for (int subtask = 0; subtask < parallelism; subtask++) {
      try (var harness =
          Harnesses.keyed(operators.create(), selector, output, parallelism, subtask)) {
        if (backend != null) {
          harness.setStateBackend(backend(backend));
        }
        if (!states.isEmpty()) {
          harness.initializeState(Harnesses.share(states, parallelism, subtask));
        }
        harness.open();
        int n = 0;
        for (RowData row : rows) {
          if (n++ == rows.size() / 2) {
            harness.prepareSnapshotPreBarrier(1);
          }
          if (KeyGroupRangeAssignment.assignKeyToParallelOperator(
                  selector.getKey(row), Harnesses.MAX_PARALLELISM, parallelism)
              == subtask) {
            harness.processElement(new StreamRecord<>(row));
          }
        }
        harness.prepareSnapshotPreBarrier(2);
        Harnesses.drain(harness).stream()
            .map(Object::toString)
            .sorted(Comparator.naturalOrder())
            .forEach(results::add);
        next.add(harness.snapshot(2, 2));
      }
    }
    return next;
  }

  @Test
  void keysAreForgottenOnceTheHorizonHasPassed() throws Exception {
    var operator = new DeduplicateOnStateBackend("d", TYPE, new int[] {0}, Duration.ofMillis(1000));
    try (var harness = Harnesses.keyed(operator, operator.keySelector(), TYPE, 1, 0)) {
      harness.open();
      FlatRow row = FlatRows.of(TYPE, 1L, "eu", null);
      long[] times = {10_000, 10_999, 11_001};
      int[] expected = {1, 0, 1};
      for (int i = 0; i < times.length; i++) {
        harness.setStateTtlProcessingTime(times[i]);
        harness.processElement(new StreamRecord<>(row));
        assertThat(Harnesses.drain(harness)).hasSize(expected[i]);
      }
    }
  }

  @Test
  void stateIsNotTakenFromTheOtherPlace() throws Exception {
    Operators inMemory = () -> new DeduplicateOperator("d", TYPE, new int[] {0}, null);
    Operators onBackend = () -> new DeduplicateOnStateBackend("d", TYPE, new int[] {0}, null);
    assertRefused(inMemory, onBackend, "(BIGINT) in memory but the query now needs");
    assertRefused(onBackend, inMemory, "(BIGINT) in the state backend but the query now needs");
  }

  private static void assertRefused(Operators before, Operators after, String message)
      throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(before.create())) {
      harness.open();
      harness.processElement(new StreamRecord<>(FlatRows.of(TYPE, 1L, "eu", null)));
      state = harness.snapshot(1, 1);
    }
    var harness = harness(after.create());
    assertThatThrownBy(() -> harness.initializeState(state)).hasMessageContaining(message);
  }

  private static KeyedOneInputStreamOperatorTestHarness<Integer, RowData, RowData> harness(
      AccountedOperator operator) throws Exception {
    KeySelector<RowData, Integer> selector =
        new DeduplicateOperator("d", TYPE, new int[] {0}, null).keySelector();
    return Harnesses.keyed(operator, selector, TYPE, 1, 0);
  }
}
