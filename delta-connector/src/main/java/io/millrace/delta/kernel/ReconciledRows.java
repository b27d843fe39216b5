package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.engine.ExpressionHandler;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.replay.LogReplayUtils;
import io.delta.kernel.internal.replay.LogReplayUtils.UniqueFileActionTuple;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of a table checkpoint, newest first, without removals of files that came back since. Kernel
 * leaves those in (its {@code CreateCheckpointIterator} looks for files that were removed after
 * they were added, not the other way round), and delta-spark then takes the files for removed: a
 * table that was restored would be empty.
 */
final class ReconciledRows implements CloseableIterator<FilteredColumnarBatch> {
  private static final int ADD_COLUMN = SingleAction.CHECKPOINT_SCHEMA.indexOf("add");
  private static final int REMOVE_COLUMN = SingleAction.CHECKPOINT_SCHEMA.indexOf("remove");

  private final ExpressionHandler expressions;
  private final CloseableIterator<FilteredColumnarBatch> rows;
  private final Set<UniqueFileActionTuple> seen = new HashSet<>();

  ReconciledRows(ExpressionHandler expressions, CloseableIterator<FilteredColumnarBatch> rows) {
    this.expressions = requireNonNull(expressions, "expressions is null");
    this.rows = requireNonNull(rows, "rows is null");
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public FilteredColumnarBatch next() {
    FilteredColumnarBatch batch = rows.next();
    boolean[] selected = new boolean[batch.getData().getSize()];
    for (int i = 0; i < selected.length; i++) {
      Optional<ColumnVector> selection = batch.getSelectionVector();
      selected[i] =
          selection.isEmpty() || (!selection.get().isNullAt(i) && selection.get().getBoolean(i));
    }
    // What one version removes and adds are different files, so that their order does not matter.
    Set<UniqueFileActionTuple> here = new HashSet<>();
    reconcile(batch.getData().getColumnVector(REMOVE_COLUMN), selected, true, here);
    reconcile(batch.getData().getColumnVector(ADD_COLUMN), selected, false, here);
    seen.addAll(here);
    return new FilteredColumnarBatch(
        batch.getData(),
        Optional.of(expressions.createSelectionVector(selected, 0, selected.length)));
  }

  private void reconcile(
      ColumnVector files, boolean[] selected, boolean removals, Set<UniqueFileActionTuple> here) {
    StructType schema = (StructType) files.getDataType();
    ColumnVector paths = files.getChild(schema.indexOf("path"));
    ColumnVector vectors = files.getChild(schema.indexOf("deletionVector"));
    for (int i = 0; i < selected.length; i++) {
      if (!selected[i] || files.isNullAt(i)) {
        continue;
      }
      UniqueFileActionTuple file = LogReplayUtils.getUniqueFileAction(paths, vectors, i);
      if (removals && seen.contains(file)) {
        selected[i] = false;
      } else {
        here.add(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
