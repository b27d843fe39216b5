package io.millrace.catalog.server.freshness;

import java.time.Instant;
import java.util.Optional;

/**
 * An epoch of a table, as it is kept.
 *
 * @param number counts the epochs of the table, whatever pipeline they are of
 * @param rows of the epoch
 * @param total of all epochs that were counted, this one included
 * @param imbalances how many epochs so far, this one included, did not balance
 * @param reported when it was told
 */
public record TableEpoch(
    long number,
    String pipeline,
    long epoch,
    long version,
    Instant committed,
    Optional<Instant> watermark,
    Optional<RowCounts> rows,
    RowCounts total,
    long imbalances,
    Instant reported) {

  /** Whether the rows of an epoch balance. */
  public enum Balance {
    BALANCED,
    IMBALANCED,
    /** The pipeline does not count the rows of this table. */
    NOT_COUNTED
  }

  public Balance balance() {
    if (rows.isEmpty()) {
      return Balance.NOT_COUNTED;
    }
    return rows.get().difference() == 0 ? Balance.BALANCED : Balance.IMBALANCED;
  }
}
