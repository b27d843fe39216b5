package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.jobs.expression.Predicate;
import io.millrace.quality.Expectation;
import io.millrace.quality.ExpectationCounts;
import io.millrace.quality.QuarantineReason;
import io.millrace.quality.ViolationAction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Checks every row against a dataset's expectations.
 *
 * <p>Only TRUE satisfies; a condition that is NULL, or that throws for the row, is violated. Every
 * row is counted in every expectation ({@link ExpectationCounts}). A row that violates expectations
 * to {@link ViolationAction#WARN} goes on; one that violates any to {@link ViolationAction#DROP} is
 * dropped, once, counted as {@code dropped} and, where there is a quarantine table, sent to {@link
 * QuarantineRows#QUARANTINE} under the first that drops it, with the names of all it violates.
 *
 * <p>A violation to {@link ViolationAction#FAIL} fails the job for good, with EXPECTATION_FAILED:
 * the checkpoint that would have held the row never completes, so nothing since the one before is
 * committed, and the same row would fail a restarted job again.
 */
public final class CheckOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  /** Name of the counter of rows that went no further. */
  public static final String DROPPED = "dropped";

  /** Name of the counter of rows sent to the quarantine table. */
  public static final String QUARANTINED = ParseJsonOperator.QUARANTINED;

  /** An expectation and its compiled expression. */
  public record Rule(Expectation expectation, Predicate predicate) implements Serializable {
    public Rule {
      requireNonNull(expectation, "expectation is null");
      requireNonNull(predicate, "predicate is null");
    }
  }

  private final String dataset;
  private final RowType inputType;
  private final Provenance provenance;
  private final boolean quarantines;
  private final Expectation[] expectations;
  private final Predicate[] predicates;
  private final int[] passedCounters;
  private final int[] failedCounters;
  private final int[] droppedCounters;
  private final int[] quarantinedCounters;
  private final int dropped = counter(DROPPED);
  private final int quarantined = counter(QUARANTINED);

  /** Rows since the last flush, and how many of them violated each expectation. */
  private long rows;

  private final long[] failed;
  private transient QuarantineRows quarantineRows;

  /**
   * The check of one dataset.
   *
   * @param operator name in reports
   * @param dataset name of the dataset, for quarantine rows and errors
   * @param rules in the order in which they were declared; their names are unique
   * @param inputType rows that come in and go out
   * @param quarantines whether somebody listens to {@link QuarantineRows#QUARANTINE}
   */
  public CheckOperator(
      String operator,
      String dataset,
      List<Rule> rules,
      RowType inputType,
      Provenance provenance,
      boolean quarantines) {
    super(operator);
    this.dataset = requireNonNull(dataset, "dataset is null");
    this.inputType = requireNonNull(inputType, "inputType is null");
    this.provenance = requireNonNull(provenance, "provenance is null");
    this.quarantines = quarantines;
    expectations = rules.stream().map(Rule::expectation).toArray(Expectation[]::new);
    predicates = rules.stream().map(Rule::predicate).toArray(Predicate[]::new);
    passedCounters = new int[expectations.length];
    failedCounters = new int[expectations.length];
    droppedCounters = new int[expectations.length];
    quarantinedCounters = new int[expectations.length];
    for (int i = 0; i < expectations.length; i++) {
      String name = expectations[i].name();
      passedCounters[i] = counter(ExpectationCounts.passedCounter(name));
      failedCounters[i] = counter(ExpectationCounts.failedCounter(name));
      droppedCounters[i] = counter(ExpectationCounts.droppedCounter(name));
      quarantinedCounters[i] = counter(ExpectationCounts.quarantinedCounter(name));
    }
    failed = new long[expectations.length];
  }

  @Override
  public void open() throws Exception {
    super.open();
    quarantineRows = new QuarantineRows(dataset, provenance, inputType);
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    rows++;
    RowData row = record.getValue();
    for (int i = 0; i < predicates.length; i++) {
      if (!holds(predicates[i], row)) {
        settle(record, i);
        return;
      }
    }
    forward(record);
  }

  /** What becomes of a row that violates its first expectation at {@code first}. */
  private void settle(StreamRecord<RowData> record, int first) {
    RowData row = record.getValue();
    List<Expectation> violated = new ArrayList<>();
    int dropping = -1;
    for (int i = first; i < predicates.length; i++) {
      if (i > first && holds(predicates[i], row)) {
        continue;
      }
      failed[i]++;
      violated.add(expectations[i]);
      switch (expectations[i].action()) {
        case FAIL -> throw new SuppressRestartsException(failure(expectations[i], row));
        case DROP -> dropping = dropping < 0 ? i : dropping;
        case WARN -> {}
      }
    }
    if (dropping < 0) {
      forward(record);
    } else {
      drop(row, dropping, violated);
    }
  }

  private void drop(RowData row, int dropping, List<Expectation> violated) {
    count(dropped);
    count(droppedCounters[dropping]);
    if (quarantines) {
      count(quarantined);
      count(quarantinedCounters[dropping]);
      FlatRow refused =
          quarantineRows.of(
              row,
              expectations[dropping].name(),
              QuarantineReason.violated(violated),
              getProcessingTimeService().getCurrentProcessingTime());
      output.collect(QuarantineRows.QUARANTINE, new StreamRecord<>(refused));
    }
  }

  /** A condition that cannot be evaluated for a row is the row's fault, and no reason to stop. */
  private static boolean holds(Predicate predicate, RowData row) {
    try {
      return predicate.isTrue(row);
    } catch (RuntimeException e) {
      return false;
    }
  }

  private MillraceException failure(Expectation expectation, RowData row) {
    return new MillraceException(
        ErrorCode.EXPECTATION_FAILED,
        "table " + dataset + ": expectation " + expectation + " does not hold for " + source(row),
        "a restart reads the same record again: declare ON VIOLATION DROP ROW or loosen the"
            + " expectation, then start the pipeline; its tables are as of the last checkpoint"
            + " before that record");
  }

  private String source(RowData row) {
    List<String> known = new ArrayList<>();
    if (has(provenance.topic(), row)) {
      known.add("topic " + row.getString(provenance.topic()));
    }
    if (has(provenance.partition(), row)) {
      known.add("partition " + row.getInt(provenance.partition()));
    }
    if (has(provenance.offset(), row)) {
      known.add("offset " + row.getLong(provenance.offset()));
    }
    return known.isEmpty() ? "a row of unknown origin" : "the row of " + String.join(", ", known);
  }

  private static boolean has(int position, RowData row) {
    return position != Provenance.ABSENT && !row.isNullAt(position);
  }

  @Override
  protected void flush() {
    for (int i = 0; i < failed.length; i++) {
      count(passedCounters[i], rows - failed[i]);
      count(failedCounters[i], failed[i]);
      failed[i] = 0;
    }
    rows = 0;
  }
}
