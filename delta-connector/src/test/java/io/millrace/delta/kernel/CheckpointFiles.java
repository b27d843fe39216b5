package io.millrace.delta.kernel;

import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.replay.LogReplayUtils;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What a table checkpoint holds, row by row. */
public final class CheckpointFiles {
  private CheckpointFiles() {}

  /** Files, with their vectors, that a checkpoint both adds and removes. */
  public static Set<String> addedAndRemoved(Path table, long version) throws IOException {
    Path file = table.resolve("_delta_log/%020d.checkpoint.parquet".formatted(version));
    Set<String> added = new HashSet<>();
    Set<String> removed = new HashSet<>();
    FileStatus status = FileStatus.of(file.toString(), file.toFile().length(), 0);
    try (CloseableIterator<FileReadResult> batches =
        new MillraceEngine(new FlinkFileIO())
            .getParquetHandler()
            .readParquetFiles(
                Utils.singletonCloseableIterator(status),
                SingleAction.CHECKPOINT_SCHEMA,
                Optional.empty())) {
      while (batches.hasNext()) {
        ColumnarBatch batch = batches.next().getData();
        collect(batch, "add", added);
        collect(batch, "remove", removed);
      }
    }
    added.retainAll(removed);
    return added;
  }

  private static void collect(ColumnarBatch batch, String action, Set<String> into) {
    ColumnVector files = batch.getColumnVector(SingleAction.CHECKPOINT_SCHEMA.indexOf(action));
    StructType schema = (StructType) files.getDataType();
    for (int i = 0; i < batch.getSize(); i++) {
      if (!files.isNullAt(i)) {
        into.add(
            LogReplayUtils.getUniqueFileAction(
                    files.getChild(schema.indexOf("path")),
                    files.getChild(schema.indexOf("deletionVector")),
                    i)
                .toString());
      }
    }
  }
}
