package io.millrace.catalog.server.freshness;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;

/**
 * Where the rows of a table went; they balance if none is missing and none is there twice.
 *
 * @param in rows that were read for it
 * @param out rows that are in it
 * @param dropped rows that a rule left out
 * @param quarantined rows that are in a quarantine table instead
 * @param deduplicated rows that were there already
 */
public record RowCounts(long in, long out, long dropped, long quarantined, long deduplicated) {
  public static final RowCounts NONE = new RowCounts(0, 0, 0, 0, 0);

  public RowCounts {
    if (in < 0 || out < 0 || dropped < 0 || quarantined < 0 || deduplicated < 0) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "rows are counted in %d, out %d, dropped %d, quarantined %d, deduplicated %d"
              .formatted(in, out, dropped, quarantined, deduplicated),
          "count from zero on");
    }
  }

  public RowCounts plus(RowCounts more) {
    return new RowCounts(
        Math.addExact(in, more.in),
        Math.addExact(out, more.out),
        Math.addExact(dropped, more.dropped),
        Math.addExact(quarantined, more.quarantined),
        Math.addExact(deduplicated, more.deduplicated));
  }

  /** Rows that are missing, or, below zero, that came from nowhere. */
  @JsonIgnore
  public long difference() {
    return in - out - dropped - quarantined - deduplicated;
  }
}
