package io.millrace.delta.source;

import java.util.List;

/**
 * What is planned and what is not.
 *
 * @param pending splits that no reader has
 * @param nextNumber of the next split
 * @param nextVersion whose commit is to be read next; {@link #NOTHING_PLANNED} before the first
 *     plan
 */
record EnumeratorState(List<DeltaSplit> pending, long nextNumber, long nextVersion) {
  static final long NOTHING_PLANNED = -1;

  EnumeratorState {
    pending = List.copyOf(pending);
  }
}
