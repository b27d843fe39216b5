package io.millrace.jobs.operators;

import java.io.Serializable;

/**
 * Where a row tells from which source record it came: positions in the row, or {@link #ABSENT}.
 *
 * @param raw the record's value, STRING or BINARY
 * @param topic STRING
 * @param partition INT
 * @param offset BIGINT
 * @param timestamp the record's timestamp, TIMESTAMP
 */
public record Provenance(int raw, int topic, int partition, int offset, int timestamp)
    implements Serializable {
  /** The position of what a row does not tell. */
  public static final int ABSENT = -1;

  /** Of rows that tell nothing. */
  public static final Provenance NONE = new Provenance(ABSENT, ABSENT, ABSENT, ABSENT, ABSENT);

  public Provenance {
    for (int position : new int[] {raw, topic, partition, offset, timestamp}) {
      if (position < ABSENT) {
        throw new IllegalArgumentException("position " + position + " is neither in a row nor -1");
      }
    }
  }
}
