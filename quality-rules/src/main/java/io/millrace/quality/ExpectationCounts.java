package io.millrace.quality;

import java.util.Map;
import java.util.TreeMap;

/**
 * Rows counted for one expectation, or summed over the expectations of a dataset.
 *
 * <p>Every row that reaches a dataset is counted in each of its expectations, as passed or as
 * failed. A row is dropped at most once, by the first of the dropping expectations that it fails,
 * so dropped and quarantined rows sum up over the expectations.
 *
 * @param passed rows for which the expectation was TRUE
 * @param failed rows for which it was FALSE or NULL, or could not be evaluated
 * @param dropped rows that this expectation dropped
 * @param quarantined those of the dropped rows that went to a quarantine table
 */
public record ExpectationCounts(long passed, long failed, long dropped, long quarantined) {
  public static final ExpectationCounts NONE = new ExpectationCounts(0, 0, 0, 0);

  private static final String PASSED = "passed.";
  private static final String FAILED = "failed.";
  private static final String DROPPED = "dropped.";
  private static final String QUARANTINED = "quarantined.";

  public ExpectationCounts {
    if (passed < 0 || failed < 0 || dropped < 0 || quarantined < 0) {
      throw new IllegalArgumentException(
          "negative count: " + passed + ", " + failed + ", " + dropped + ", " + quarantined);
    }
    if (dropped > failed || quarantined > dropped) {
      throw new IllegalArgumentException(
          quarantined + " quarantined of " + dropped + " dropped of " + failed + " failed");
    }
  }

  /** Name of the counter of rows that satisfied an expectation. */
  public static String passedCounter(String expectation) {
    return PASSED + expectation;
  }

  /** Name of the counter of rows that did not. */
  public static String failedCounter(String expectation) {
    return FAILED + expectation;
  }

  /** Name of the counter of rows that an expectation dropped. */
  public static String droppedCounter(String expectation) {
    return DROPPED + expectation;
  }

  /** Name of the counter of rows that an expectation sent to quarantine. */
  public static String quarantinedCounter(String expectation) {
    return QUARANTINED + expectation;
  }

  /** The counts of each expectation among an operator's counters; other counters are ignored. */
  public static Map<String, ExpectationCounts> byExpectation(Map<String, Long> counters) {
    Map<String, ExpectationCounts> counts = new TreeMap<>();
    counters.forEach(
        (counter, rows) -> {
          if (counter.startsWith(PASSED)) {
            String name = counter.substring(PASSED.length());
            counts.put(
                name,
                new ExpectationCounts(
                    rows,
                    counters.getOrDefault(failedCounter(name), 0L),
                    counters.getOrDefault(droppedCounter(name), 0L),
                    counters.getOrDefault(quarantinedCounter(name), 0L)));
          }
        });
    return counts;
  }

  public ExpectationCounts plus(ExpectationCounts other) {
    return new ExpectationCounts(
        passed + other.passed,
        failed + other.failed,
        dropped + other.dropped,
        quarantined + other.quarantined);
  }

  /** Share of the rows that passed, 0 to 1; 1 if there were none. */
  public double passRate() {
    long rows = passed + failed;
    return rows == 0 ? 1 : (double) passed / rows;
  }
}
