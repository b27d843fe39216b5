package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.state.RowKeys;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.RowType.RowField;
import org.apache.flink.types.RowKind;

/**
 * {@code SELECT group columns, calls FROM input GROUP BY group columns}, in two steps: {@link
 * LocalAggregateOperator} where the rows are, then keyed by {@link #partialKeySelector}, {@link
 * GlobalAggregateOperator}. Without group columns the whole input is one group, which has a row
 * once there was an input row, as in Flink's streaming mode.
 */
public final class Aggregation implements Serializable {
  private static final long serialVersionUID = 1;

  private final RowType input;
  private final int[] groupColumns;
  private final List<AggregateCall> calls;
  private final RowType partialType;
  private final RowType outputType;

  /**
   * @param inputChanges what kinds of rows the input has
   * @throws MillraceException SQL_UNSUPPORTED if these are not insertions alone, TYPE_UNSUPPORTED
   *     if a group column cannot be a key
   */
  public Aggregation(
      RowType input, ChangelogMode inputChanges, int[] groupColumns, List<AggregateCall> calls) {
    if (!inputChanges.containsOnly(RowKind.INSERT)) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "an aggregate over a table whose rows change: " + inputChanges,
          "Let Flink's planner run this query, or aggregate over an append-only table.");
    }
    this.input = requireNonNull(input, "input is null");
    this.groupColumns = groupColumns.clone();
    this.calls = new ArrayList<>(calls);
    List<RowField> groups = new RowKeys(input, groupColumns).keyType().getFields();
    List<RowField> partial = new ArrayList<>(groups);
    List<RowField> output = new ArrayList<>(groups);
    for (AggregateCall call : calls) {
      Accumulator accumulator = accumulator(call);
      for (int i = 0; i < accumulator.width(); i++) {
        partial.add(new RowField(call.name() + "$" + i, new BigIntType(false)));
      }
      output.add(new RowField(call.name(), call.type()));
    }
    partialType = new RowType(false, partial);
    outputType = new RowType(false, output);
  }

  private Accumulator accumulator(AggregateCall call) {
    return call.kind() == AggregateCall.Kind.COUNT_STAR
        ? Accumulator.ofRows()
        : Accumulator.of(call, input.getTypeAt(call.input()));
  }

  public RowType inputType() {
    return input;
  }

  /** Rows between the two operators: group columns, then what the calls have accumulated. */
  public RowType partialType() {
    return partialType;
  }

  /** Rows of the result: group columns, then calls. */
  public RowType outputType() {
    return outputType;
  }

  /** What the partial rows have to be keyed by. */
  public KeySelector<RowData, Integer> partialKeySelector() {
    return partialKeys().selector();
  }

  /** How many columns of the result are aggregates: the last ones. */
  public int callCount() {
    return calls.size();
  }

  RowKeys inputKeys() {
    return new RowKeys(input, groupColumns);
  }

  RowKeys partialKeys() {
    return new RowKeys(partialType, IntStream.range(0, groupColumns.length).toArray());
  }

  int groupColumns() {
    return groupColumns.length;
  }

  Accumulators accumulators() {
    return new Accumulators(calls.stream().map(this::accumulator).toList());
  }

  /** What stored totals mean. */
  String signature() {
    return calls.stream()
        .map(
            call ->
                call.kind()
                    + (call.input() == AggregateCall.NO_INPUT
                        ? ""
                        : "(" + StateSignature.of(input.getTypeAt(call.input())) + ")"))
        .collect(
            Collectors.joining(
                ", ", "aggregate ", " by " + StateSignature.of(partialKeys().keyType())));
  }
}
