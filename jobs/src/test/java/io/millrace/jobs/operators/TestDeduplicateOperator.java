package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestDeduplicateOperator {
  private static final RowType TYPE = Harnesses.rowType("ROW<id BIGINT, region STRING, n INT>");
  private static final Duration HORIZON = Duration.ofMillis(1000);
  private static final long START = 1_767_225_600_000L;

  private static DeduplicateOperator operator(@Nullable Duration horizon, int... keys) {
    return new DeduplicateOperator("silver", TYPE, keys, horizon);
  }

  private static KeyedOneInputStreamOperatorTestHarness<Integer, RowData, RowData> harness(
      DeduplicateOperator operator, int parallelism, int subtask) throws Exception {
    var harness = Harnesses.keyed(operator, operator.keySelector(), TYPE, parallelism, subtask);
    harness.setProcessingTime(START);
    return harness;
  }

  private static FlatRow row(@Nullable Long id, @Nullable String region, int n) {
    return FlatRows.of(TYPE, id, region, n);
  }

  @Test
  void letsThroughTheFirstRowOfEachKeyAndTakesNullForAKey() throws Exception {
    try (var harness = harness(operator(null, 0), 1, 0)) {
      harness.open();
      long[] ids = {5, 0, 5, Long.MIN_VALUE, 0, 7};
      for (int i = 0; i < ids.length; i++) {
        harness.processElement(new StreamRecord<>(row(ids[i], "eu", i), 100 + i));
      }
      harness.processElement(new StreamRecord<>(row(null, "eu", 6)));
      harness.processElement(new StreamRecord<>(row(null, "us", 7)));
      harness.prepareSnapshotPreBarrier(1);

      assertThat(Harnesses.drain(harness))
          .hasToString(
              "[+I(5,eu,0), +I(0,eu,1), +I(-9223372036854775808,eu,3), +I(7,eu,5),"
                  + " +I(null,eu,6)]");
      assertThat(Harnesses.reported(harness))
          .isEqualTo(Map.of("in", 8L, "out", 5L, "deduplicated", 3L));
    }
  }

  @Test
  void comparesAllKeyColumns() throws Exception {
    try (var harness = harness(operator(null, 1, 0), 1, 0)) {
      harness.open();
      for (FlatRow row :
          List.of(
              row(1L, "eu", 0),
              row(1L, "us", 1),
              row(1L, null, 2),
              row(null, null, 3),
              row(1L, "us", 4),
              row(null, null, 5))) {
        harness.processElement(new StreamRecord<>(row));
      }
      assertThat(Harnesses.drain(harness))
          .extracting(row -> row.getInt(2))
          .containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void remembersAKeyForTheHorizonAndForgetsItSoonAfter() throws Exception {
    try (var harness = harness(operator(HORIZON, 0), 1, 0)) {
      harness.open();
      for (int offset = 0; offset < 1000; offset += 37) {
        long at = START + offset * 10L;
        harness.setProcessingTime(at);
        harness.processElement(new StreamRecord<>(row((long) offset, "eu", 0)));
        harness.setProcessingTime(at + 1000);
        harness.processElement(new StreamRecord<>(row((long) offset, "eu", 1)));
        harness.setProcessingTime(at + 1251);
        harness.processElement(new StreamRecord<>(row((long) offset, "eu", 2)));
      }
      assertThat(Harnesses.drain(harness)).extracting(row -> row.getInt(2)).containsOnly(0, 2);
    }
  }

  @Test
  void keepsNoMoreThanTheKeysOfTheHorizon() throws Exception {
    DeduplicateOperator operator = operator(HORIZON, 0);
    try (var harness = harness(operator, 1, 0)) {
      harness.open();
      long peak = 0;
      for (int i = 0; i < 100_000; i++) {
        harness.setProcessingTime(START + i / 10);
        harness.processElement(new StreamRecord<>(row((long) i, "eu", i)));
        peak = Math.max(peak, operator.tables().size());
      }
      harness.snapshot(1, 1);
      assertThat(operator.tables().size()).isBetween(10_000L, 15_000L);
      assertThat(peak).isLessThan(40_000);
    }
  }

  @Test
  void doesNotForgetWhileTheJobStandsStill() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(operator(HORIZON, 0), 1, 0)) {
      harness.open();
      harness.processElement(new StreamRecord<>(row(1L, "eu", 0)));
      harness.setProcessingTime(START + 600);
      state = harness.snapshot(1, 1);
    }
    try (var harness = harness(operator(HORIZON, 0), 1, 0)) {
      long restart = START + 86_400_000;
      harness.setProcessingTime(restart);
      harness.initializeState(state);
      harness.open();
      harness.setProcessingTime(restart + 400);
      harness.processElement(new StreamRecord<>(row(1L, "eu", 1)));
      assertThat(Harnesses.drain(harness)).isEmpty();
      harness.setProcessingTime(restart + 700);
      harness.processElement(new StreamRecord<>(row(1L, "eu", 2)));
      assertThat(Harnesses.drain(harness)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stateMovesWithItsKeyGroupsWhenRescaled(boolean textKey) throws Exception {
    int[] parallelisms = {2, 3, 1, 5};
    int[] keys = textKey ? new int[] {1} : new int[] {0};
    Random random = new Random(7);
    Set<@Nullable Object> seen = new HashSet<>();
    List<OperatorSubtaskState> states = List.of();
    for (int parallelism : parallelisms) {
      List<FlatRow> rows = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        long id = random.nextInt(4000);
        rows.add(random.nextInt(50) == 0 ? row(null, null, i) : row(id, "r" + id, i));
      }
      List<OperatorSubtaskState> next = new ArrayList<>();
      long out = 0;
      for (int subtask = 0; subtask < parallelism; subtask++) {
        DeduplicateOperator operator = operator(null, keys);
        try (var harness = harness(operator, parallelism, subtask)) {
          if (!states.isEmpty()) {
            harness.initializeState(Harnesses.share(states, parallelism, subtask));
          }
          harness.open();
          for (FlatRow row : rows) {
            int hash = operator.keySelector().getKey(row);
            if (KeyGroupRangeAssignment.assignKeyToParallelOperator(
                    hash, Harnesses.MAX_PARALLELISM, parallelism)
                == subtask) {
              harness.processElement(new StreamRecord<>(row));
            }
          }
          out += Harnesses.drain(harness).size();
          next.add(harness.snapshot(1, 1));
        }
      }
      int before = seen.size();
      rows.forEach(row -> seen.add(row.isNullAt(0) ? null : row.getLong(0)));
      assertThat(out).isEqualTo(seen.size() - before);
      states = next;
    }
  }

  @Test
  void refusesTheStateOfAnotherKey() throws Exception {
    OperatorSubtaskState state;
    try (var harness = harness(operator(null, 0), 1, 0)) {
      harness.open();
      state = harness.snapshot(1, 1);
    }
    try (var harness = harness(operator(null, 1), 1, 0)) {
      assertThatThrownBy(() -> harness.initializeState(state))
          .hasMessageContaining(
              "STATE_INCOMPATIBLE: the state was written for deduplicate by (BIGINT) in memory"
                  + " but the query now needs deduplicate by (VARCHAR(2147483647)) in memory");
    }
  }

  @Test
  void refusesAHorizonOfNothing() {
    assertThatThrownBy(() -> operator(Duration.ZERO, 0))
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith("PROPERTY_INVALID: the horizon of a deduplication is PT0S");
  }
}
