package io.millrace.jobs.expression;

import io.millrace.delta.row.FlatRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.conversion.DataStructureConverter;
import org.apache.flink.table.data.conversion.DataStructureConverters;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;

/** Compares what expressions give here with what Flink gives, type by type and row by row. */
final class Equivalence {
  private static final int BATCH = 100;

  /** An expression as text and as compiled. */
  record Candidate(String text, Expression expression) {}

  private final FlinkReference flink;
  private final List<RowData> rows;
  private int notPlanned;

  Equivalence(FlinkReference flink, List<RowData> rows) {
    this.flink = flink;
    this.rows = rows;
  }

  /** How many expressions Flink's planner accepted and then broke an assertion of its own on. */
  int notPlanned() {
    return notPlanned;
  }

  /** A line for each expression that differs, with a row that shows it. */
  List<String> differences(List<Candidate> candidates) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i += BATCH) {
      compare(candidates.subList(i, Math.min(i + BATCH, candidates.size())), differences);
    }
    return differences;
  }

  /** Compares a list of expressions in one job; where it fails, halves, down to the culprit. */
  private void compare(List<Candidate> candidates, List<String> differences) {
    FlinkReference.Answer answer;
    try {
      answer = flink.evaluate(candidates.stream().map(Candidate::text).toList());
    } catch (Exception | AssertionError e) {
      if (candidates.size() == 1) {
        compareFailure(candidates.get(0), e, differences);
      } else {
        int half = candidates.size() / 2;
        compare(candidates.subList(0, half), differences);
        compare(candidates.subList(half, candidates.size()), differences);
      }
      return;
    }
    for (int i = 0; i < candidates.size(); i++) {
      compareValues(candidates.get(i), answer, i, differences);
    }
  }

  private void compareFailure(Candidate candidate, Throwable failure, List<String> differences) {
    if (failure instanceof AssertionError) {
      // Flink's planner fell over its own assertion: there is nothing to compare with.
      notPlanned++;
      return;
    }
    FlatRow target = new FlatRow(RowType.of(candidate.expression.type()));
    for (RowData row : rows) {
      try {
        candidate.expression.evaluate(row, target, 0);
      } catch (RuntimeException e) {
        return;
      }
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    differences.add(candidate.text + ": Flink fails with " + root + ", we do not");
  }

  private void compareValues(
      Candidate candidate, FlinkReference.Answer answer, int index, List<String> differences) {
    Expression expression = candidate.expression;
    DataType type = answer.types().get(index);
    if (!type.getLogicalType().equals(expression.type())) {
      differences.add(
          candidate.text + ": type " + type.getLogicalType() + " but ours is " + expression.type());
      return;
    }
    DataStructureConverter<Object, Object> converter = DataStructureConverters.getConverter(type);
    converter.open(Equivalence.class.getClassLoader());
    RowData.FieldGetter getter = RowData.createFieldGetter(expression.type().copy(true), 0);
    FlatRow target = new FlatRow(RowType.of(expression.type()));
    FlatRow flat = new FlatRow(SampleTable.TYPE);
    for (int r = 0; r < rows.size(); r++) {
      flat.copyFrom(rows.get(r));
      Object theirs = answer.rows().get(r).getField(index);
      for (RowData row : List.of(flat, rows.get(r))) {
        Object value;
        try {
          expression.evaluate(row, target, 0);
          value = converter.toExternalOrNull(getter.getFieldOrNull(target));
        } catch (RuntimeException e) {
          differences.add(candidate.text + ": " + theirs + " but we fail with " + e);
          return;
        }
        if (!Objects.deepEquals(theirs, value)) {
          differences.add(
              candidate.text
                  + " on row "
                  + r
                  + ": "
                  + show(theirs)
                  + " but ours is "
                  + show(value)
                  + " of "
                  + Row.of(columns(candidate.text, rows.get(r))));
          return;
        }
      }
    }
  }

  private static Object[] columns(String text, RowData row) {
    List<Object> shown = new ArrayList<>();
    for (int i = 0; i < SampleTable.TYPE.getFieldCount(); i++) {
      String name = SampleTable.TYPE.getFieldNames().get(i);
      if (text.matches("(?s).*\\b" + name + "\\b.*")) {
        shown.add(
            name
                + "="
                + show(
                    RowData.createFieldGetter(SampleTable.TYPE.getTypeAt(i), i)
                        .getFieldOrNull(row)));
      }
    }
    return shown.toArray();
  }

  private static String show(Object value) {
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
  }
}
