package io.millrace.delta.source;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.vector.RandomRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.types.logical.RowType;

/** Rows of one version as enumerator and reader find them, without a cluster around them. */
public final class Scan {
  private Scan() {}

  /** All rows as text, sorted. */
  public static List<String> rows(DeltaSource source) throws IOException {
    SourceSpec spec = source.spec();
    ReadMode.Snapshot mode = (ReadMode.Snapshot) spec.mode();
    List<DeltaSplit> splits =
        new SplitPlanner(spec).rowsOf(TableSnapshot.at(spec.path(), mode.version()));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < splits.size(); i++) {
      rows.addAll(rows(spec, splits.get(i).withNumber(i)));
    }
    rows.sort(null);
    return rows;
  }

  public static List<String> rows(DeltaSourceBuilder source) throws IOException {
    return rows(source.build());
  }

  static List<String> rows(SourceSpec spec, DeltaSplit split) throws IOException {
    RowType type = spec.rowType();
    List<String> rows = new ArrayList<>();
    var reader = new DeltaSplitReader(spec);
    try {
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
      while (true) {
        RecordsWithSplitIds<RowBatch> fetched = reader.fetch();
        if (fetched.nextSplit() != null) {
          RowBatch batch = fetched.nextRecordFromSplit();
          for (int i = 0; batch != null && i < batch.count(); i++) {
            int[] selected = batch.selected();
            rows.add(
                RandomRows.text(
                    new ColumnarRowData(batch.vectors(), selected == null ? i : selected[i]),
                    type));
          }
        }
        fetched.recycle();
        if (!fetched.finishedSplits().isEmpty()) {
          return rows;
        }
      }
    } catch (RuntimeException e) {
      MillraceException told = MillraceException.in(e);
      throw told == null ? e : told;
    } finally {
      reader.close();
    }
  }
}
