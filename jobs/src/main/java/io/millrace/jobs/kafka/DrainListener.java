package io.millrace.jobs.kafka;

import java.io.IOException;
import java.io.Serializable;

/** Told whether a bounded source has read everything. Called by its coordinator's thread. */
@FunctionalInterface
public interface DrainListener extends Serializable {
  /**
   * @param drained true once every partition has been read to its end; false when the source
   *     starts, and when a reader starts over
   */
  void changed(boolean drained) throws IOException;
}
