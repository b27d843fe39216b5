package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.internal.data.DefaultRowBasedColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.checkpoints.CheckpointMetadataAction;
import io.delta.kernel.internal.checkpoints.SidecarFile;
import io.delta.kernel.internal.data.GenericRow;
import io.delta.kernel.internal.data.StructRow;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes table checkpoints by the protocol's version 2: added and removed files are in a file of
 * their own, which the checkpoint names. Kernel 4.4.0 reads such checkpoints, and writes the others
 * whatever the table's policy says.
 *
 * <p>The checkpoint keeps the classic name, as the protocol allows, so that of several writers one
 * makes it. See "V2 Spec" in Delta's PROTOCOL.md.
 */
final class SidecarCheckpoint {
  private static final StructType ACTIONS = SingleAction.CHECKPOINT_SCHEMA;
  private static final int ADD = ACTIONS.indexOf("add");
  private static final int REMOVE = ACTIONS.indexOf("remove");

  /** With columns for files too, of which there are none: delta-spark asks for their types. */
  private static final StructType TOP =
      ACTIONS
          .add("checkpointMetadata", CheckpointMetadataAction.FULL_SCHEMA)
          .add("sidecar", SidecarFile.READ_SCHEMA);

  private final Engine engine;
  private final io.delta.kernel.internal.fs.Path log;
  private final long version;

  private SidecarCheckpoint(Engine engine, SnapshotImpl snapshot) {
    this.engine = requireNonNull(engine, "engine is null");
    this.log = snapshot.getLogPath();
    this.version = snapshot.getVersion();
  }

  /** Empty if the table wants checkpoints of one file. */
  static Optional<SidecarCheckpoint> of(Engine engine, SnapshotImpl snapshot) {
    boolean wanted =
        snapshot.getProtocol().supportsFeature(TableFeatures.CHECKPOINT_V2_RW_FEATURE)
            && TableConfig.CHECKPOINT_POLICY.fromMetadata(snapshot.getMetadata()).equals("v2");
    return wanted ? Optional.of(new SidecarCheckpoint(engine, snapshot)) : Optional.empty();
  }

  /**
   * Writes a checkpoint.
   *
   * @param rows all actions of the version
   * @throws java.nio.file.FileAlreadyExistsException if another writer made the checkpoint
   */
  void write(String path, CloseableIterator<FilteredColumnarBatch> rows) throws IOException {
    List<Row> others = new ArrayList<>();
    engine.getFileSystemClient().mkdirs(FileNames.sidecarDirectory(log));
    String name = UUID.randomUUID() + ".parquet";
    String sidecar = FileNames.sidecarFile(log, name);
    engine.getParquetHandler().writeParquetFileAtomically(sidecar, new Files(rows, others));
    boolean named = false;
    try {
      FileStatus written = engine.getFileSystemClient().getFileStatus(sidecar);
      others.add(
          row("checkpointMetadata", new CheckpointMetadataAction(version, Map.of()).toRow()));
      others.add(
          row(
              "sidecar",
              new SidecarFile(name, written.getSize(), written.getModificationTime()).toRow()));
      engine
          .getParquetHandler()
          .writeParquetFileAtomically(
              path,
              Utils.singletonCloseableIterator(
                  new FilteredColumnarBatch(
                      new DefaultRowBasedColumnarBatch(TOP, others), Optional.empty())));
      named = true;
    } finally {
      if (!named) {
        engine.getFileSystemClient().delete(sidecar);
      }
    }
  }

  private static ColumnarBatch onlyFiles(ColumnarBatch actions) {
    ColumnarBatch files = actions;
    for (int column = ACTIONS.length() - 1; column >= 0; column--) {
      if (column != ADD && column != REMOVE) {
        files = files.withDeletedColumnAt(column);
      }
    }
    return files;
  }

  private static Row row(String action, Row value) {
    return new GenericRow(TOP, Map.of(TOP.indexOf(action), value));
  }

  /** Shows the files, and keeps the other actions, of which there are few. */
  private final class Files implements CloseableIterator<FilteredColumnarBatch> {
    private final CloseableIterator<FilteredColumnarBatch> rows;
    private final List<Row> others;

    private Files(CloseableIterator<FilteredColumnarBatch> rows, List<Row> others) {
      this.rows = rows;
      this.others = others;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public FilteredColumnarBatch next() {
      FilteredColumnarBatch batch = rows.next();
      ColumnarBatch data = batch.getData();
      Optional<ColumnVector> selection = batch.getSelectionVector();
      boolean[] files = new boolean[data.getSize()];
      for (int i = 0; i < files.length; i++) {
        boolean selected =
            selection.isEmpty() || (!selection.get().isNullAt(i) && selection.get().getBoolean(i));
        files[i] =
            selected
                && !(data.getColumnVector(ADD).isNullAt(i)
                    && data.getColumnVector(REMOVE).isNullAt(i));
        if (selected && !files[i]) {
          keep(data, i);
        }
      }
      return new FilteredColumnarBatch(
          onlyFiles(data),
          Optional.of(engine.getExpressionHandler().createSelectionVector(files, 0, files.length)));
    }

    private void keep(ColumnarBatch data, int index) {
      for (int column = 0; column < ACTIONS.length(); column++) {
        ColumnVector actions = data.getColumnVector(column);
        if (!actions.isNullAt(index)) {
          others.add(row(ACTIONS.at(column).getName(), StructRow.fromStructVector(actions, index)));
        }
      }
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }
}
