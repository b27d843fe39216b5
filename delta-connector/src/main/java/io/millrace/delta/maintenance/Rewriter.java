package io.millrace.delta.maintenance;

import io.millrace.delta.kernel.TableState;
import java.util.List;

/** Writes the rows of files into new ones. */
interface Rewriter extends AutoCloseable {
  /**
   * Rewrites bins.
   *
   * @return in the order of the bins; to be used before this is closed
   * @throws io.millrace.catalog.MillraceException of the first bin that failed, in which case
   *     nothing that was written is left
   */
  List<RewrittenBin> run(TableState state, List<Bin> bins);

  /** Deletes what was only needed until the commit. */
  @Override
  void close();
}
