package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.RemoveFile;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.replay.ActionWrapper;
import io.delta.kernel.internal.replay.ActionsIterator;
import io.delta.kernel.internal.replay.LogReplayUtils;
import io.delta.kernel.internal.replay.LogReplayUtils.UniqueFileActionTuple;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removals that the last table checkpoint of a snapshot tells of and that the next one must tell
 * again, as long as their files may still be wanted. Kernel takes removals only from the entries
 * since (its {@code CreateCheckpointIterator}), so that a vacuum which trusts the checkpoint
 * deletes files too early.
 */
final class KeptRemovals implements CloseableIterator<FilteredColumnarBatch> {
  private static final StructType PATHS_AND_TIMES =
      new StructType()
          .add(
              "remove",
              new StructType()
                  .add("path", StringType.STRING)
                  .add("deletionTimestamp", LongType.LONG));
  private static final StructType REMOVE = RemoveFile.FULL_SCHEMA;
  private static final int ADD_COLUMN = SingleAction.CHECKPOINT_SCHEMA.indexOf("add");
  private static final int REMOVE_COLUMN = SingleAction.CHECKPOINT_SCHEMA.indexOf("remove");

  private final Engine engine;
  private final long horizonMillis;
  private final ActionsIterator actions;
  private final Set<UniqueFileActionTuple> later = new HashSet<>();
  private @Nullable FilteredColumnarBatch next;

  private KeptRemovals(Engine engine, SnapshotImpl snapshot, long horizonMillis) {
    this.engine = requireNonNull(engine, "engine is null");
    this.horizonMillis = horizonMillis;
    this.actions =
        new ActionsIterator(
            engine,
            snapshot.getLogSegment().allLogFilesReversed(),
            SingleAction.CHECKPOINT_SCHEMA,
            Optional.empty());
  }

  /** Empty, without a closer look, if the last checkpoint tells of no removal that is young. */
  static Optional<KeptRemovals> of(Engine engine, SnapshotImpl snapshot, long nowMillis)
      throws IOException {
    long horizon = nowMillis - TableConfig.TOMBSTONE_RETENTION.fromMetadata(snapshot.getMetadata());
    List<FileStatus> checkpoints = snapshot.getLogSegment().getCheckpoints();
    if (checkpoints.isEmpty()) {
      return Optional.empty();
    }
    try (ActionsIterator removals =
        new ActionsIterator(engine, checkpoints, PATHS_AND_TIMES, Optional.empty())) {
      while (removals.hasNext()) {
        ColumnVector removes = removals.next().getColumnarBatch().getColumnVector(0);
        ColumnVector times = removes.getChild(1);
        for (int i = 0; i < removes.getSize(); i++) {
          if (!removes.isNullAt(i) && isYoung(times, i, horizon)) {
            return Optional.of(new KeptRemovals(engine, snapshot, horizon));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isYoung(ColumnVector times, int row, long horizon) {
    return !times.isNullAt(row) && times.getLong(row) > horizon;
  }

  @Override
  public boolean hasNext() {
    while (next == null && actions.hasNext()) {
      ActionWrapper action = actions.next();
      ColumnarBatch batch = action.getColumnarBatch();
      if (action.isFromCheckpoint()) {
        next = keep(batch);
      } else {
        remember(batch.getColumnVector(ADD_COLUMN));
        remember(batch.getColumnVector(REMOVE_COLUMN));
      }
    }
    return next != null;
  }

  /** What the entries since say of a file is newer than what the checkpoint says. */
  private void remember(ColumnVector files) {
    StructType schema = (StructType) files.getDataType();
    ColumnVector paths = files.getChild(schema.indexOf("path"));
    ColumnVector vectors = files.getChild(schema.indexOf("deletionVector"));
    for (int i = 0; i < files.getSize(); i++) {
      if (!files.isNullAt(i)) {
        later.add(LogReplayUtils.getUniqueFileAction(paths, vectors, i));
      }
    }
  }

  private @Nullable FilteredColumnarBatch keep(ColumnarBatch batch) {
    ColumnVector removes = batch.getColumnVector(REMOVE_COLUMN);
    ColumnVector paths = removes.getChild(REMOVE.indexOf("path"));
    ColumnVector vectors = removes.getChild(REMOVE.indexOf("deletionVector"));
    ColumnVector times = removes.getChild(REMOVE.indexOf("deletionTimestamp"));
    boolean[] selected = new boolean[batch.getSize()];
    boolean any = false;
    for (int i = 0; i < selected.length; i++) {
      selected[i] =
          !removes.isNullAt(i)
              && isYoung(times, i, horizonMillis)
              && !later.contains(LogReplayUtils.getUniqueFileAction(paths, vectors, i));
      any |= selected[i];
    }
    return any
        ? new FilteredColumnarBatch(
            batch,
            Optional.of(
                engine.getExpressionHandler().createSelectionVector(selected, 0, selected.length)))
        : null;
  }

  @Override
  public FilteredColumnarBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    FilteredColumnarBatch result = requireNonNull(next);
    next = null;
    return result;
  }

  @Override
  public void close() throws IOException {
    actions.close();
  }
}
