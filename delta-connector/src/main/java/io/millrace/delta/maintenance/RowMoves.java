package io.millrace.delta.maintenance;

import io.millrace.delta.maintenance.RewrittenBin.Output;
import io.millrace.delta.maintenance.RewrittenBin.Source;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/** Where the rows of files went that were rewritten. */
interface RowMoves {
  /**
   * Finds rows in the new files.
   *
   * @param rows positions in old files, by index of the source; none of them left out when it was
   *     rewritten
   * @param found by index of the output; filled with positions in new files
   */
  void locate(Map<Integer, RoaringBitmap> rows, List<RoaringBitmap> found);

  /** Rows that stayed in their order are found by counting. */
  record InOrder(List<Source> sources, List<Output> outputs) implements RowMoves {
    public InOrder {
      sources = List.copyOf(sources);
      outputs = List.copyOf(outputs);
    }

    @Override
    public void locate(Map<Integer, RoaringBitmap> rows, List<RoaringBitmap> found) {
      rows.forEach((source, positions) -> locate(sources.get(source), positions, found));
    }

    private void locate(Source source, RoaringBitmap rows, List<RoaringBitmap> found) {
      PeekableIntIterator positions = rows.getIntIterator();
      while (positions.hasNext()) {
        int position = positions.next();
        long row = source.firstRow() + position - source.deleted().rankLong(position);
        int output = 0;
        while (row >= outputs.get(output).firstRow() + outputs.get(output).rows()) {
          output++;
        }
        found.get(output).add((int) (row - outputs.get(output).firstRow()));
      }
    }
  }
}
