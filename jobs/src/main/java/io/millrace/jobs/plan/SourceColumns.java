package io.millrace.jobs.plan;

import io.millrace.jobs.operators.Provenance;

/** Provenance as positions in a list, to be moved from one row layout to the next. */
final class SourceColumns {
  private SourceColumns() {}

  /** Whether rows tell the record they came from, all of it. */
  static boolean isKnown(Provenance provenance) {
    for (int position : positions(provenance)) {
      if (position == Provenance.ABSENT) {
        return false;
      }
    }
    return true;
  }

  static int[] positions(Provenance p) {
    return new int[] {p.raw(), p.topic(), p.partition(), p.offset(), p.timestamp()};
  }

  static Provenance at(int[] p) {
    return new Provenance(p[0], p[1], p[2], p[3], p[4]);
  }
}
