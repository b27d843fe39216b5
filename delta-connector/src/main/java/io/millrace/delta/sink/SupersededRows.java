package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

/**
 * Rows of one data file that a later row replaced or deleted.
 *
 * @param path of the file, relative to the table's folder
 * @param positions row positions in the file, each once, in no order; not to be changed afterwards
 */
public record SupersededRows(String path, long[] positions) {
  public SupersededRows {
    requireNonNull(path, "path is null");
    requireNonNull(positions, "positions is null");
  }
}
