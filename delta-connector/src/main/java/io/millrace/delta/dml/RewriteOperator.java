package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.changes.ChangeFileWriter;
import io.millrace.delta.changes.ChangeType;
import io.millrace.delta.dml.JobPart.Found;
import io.millrace.delta.dml.JobPart.Rewritten;
import io.millrace.delta.dml.JobPart.Written;
import io.millrace.delta.kernel.DeletionVectorStore;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.Partition;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.sink.Restarts;
import io.millrace.delta.source.FileRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Reads files that lose rows again, each in one subtask, whoever found its rows: for tables without
 * deletion vectors it writes what stays into new files, small rests of one partition into one, and
 * rows that are tracked keep their ids and versions; for tables with a change data feed it lists
 * the rows that leave.
 */
final class RewriteOperator extends AbstractStreamOperator<Tuple2<String, byte[]>>
    implements OneInputStreamOperator<Tuple2<String, byte[]>, Tuple2<String, byte[]>>,
        BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final Statement statement;
  private transient FoundRows found;
  private transient List<DataFile> written;
  private transient @Nullable ChangeFileWriter changes;
  private transient @Nullable RowDataParquetWriter open;

  RewriteOperator(Statement statement) {
    this.statement = statement;
  }

  @Override
  public void open() throws Exception {
    super.open();
    found = new FoundRows();
    written = new ArrayList<>();
  }

  @Override
  public void processElement(StreamRecord<Tuple2<String, byte[]>> element) {
    if (JobPart.decode(element.getValue()) instanceof Found part) {
      found.merge(part.path(), part.rows());
    } else {
      output.collect(element);
    }
  }

  @Override
  public void endInput() throws Exception {
    if (found.files().isEmpty()) {
      return;
    }
    try (MaintainedTable table = MaintainedTable.open(statement.table().path())) {
      rewrite(table.at(statement.read().version()));
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
    tell(new Written(written, changes == null ? List.of() : changes.finish(), Map.of()));
  }

  private void rewrite(TableState state) throws IOException {
    String path = statement.table().path();
    Optional<TrackingColumns> tracking = Optional.ofNullable(statement.tracking());
    FileRows rows = new FileRows(path, state.fields());
    FileRows staying = new FileRows(path, state.fields(), tracking);
    DeletionVectorStore vectors = state.deletionVectors();
    int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    DeltaTableSpec spec =
        new DeltaTableSpec(
                statement.table().name(),
                path,
                "dml",
                state.rowType(),
                List.of(),
                state.properties())
            .partitionedBy(state.partitionColumns());
    RowDataParquetWriter prototype =
        new RowDataParquetWriter(
            tracking.map(columns -> columns.withBoth(spec)).orElse(spec),
            state.writeRules().names(),
            subtask,
            ParquetOptions.DEFAULT);
    if (statement.listsChanges()) {
      changes =
          new ChangeFileWriter(spec, state.writeRules().names(), subtask, ParquetOptions.DEFAULT);
    }
    // Files of a folder follow each other, so that one writer is open at a time.
    for (String name : new TreeSet<>(found.files().keySet())) {
      FoundInFile lost = requireNonNull(found.files().get(name));
      LiveFile file = requireNonNull(state.files().get(name), "a file that the version has not");
      boolean all = file.records().orElse(-1) == lost.removed().getLongCardinality();
      boolean refused = statement.oneMatch() && lost.twice() >= 0;
      if (!refused) {
        list(rows, file, lost);
      }
      if (statement.vectors()) {
        tell(new Found(name, lost));
        continue;
      }
      long copied = 0;
      if (!all && !refused && !lost.removed().isEmpty()) {
        RoaringBitmap without = vectors.load(file);
        without.or(lost.removed());
        RowDataParquetWriter writer = writer(prototype, file);
        long[] kept = {0};
        staying.visitWithout(
            file,
            without,
            (position, row) -> {
              if (writer.isFull()) {
                written.add(writer.finishFile());
              }
              writer.write(row);
              kept[0]++;
            });
        copied = kept[0];
      }
      tell(new Rewritten(name, lost, copied));
    }
    endFile();
  }

  /** A row that leaves was deleted or is the one before an update. */
  private void list(FileRows rows, LiveFile file, FoundInFile lost) throws IOException {
    ChangeFileWriter writer = changes;
    if (writer == null || lost.removed().isEmpty()) {
      return;
    }
    Partition partition = partition(file);
    RoaringBitmap replaced = lost.replaced();
    rows.visitOnly(
        file,
        lost.removed(),
        (position, row) ->
            writer.write(
                replaced.contains((int) position) ? ChangeType.UPDATE_PREIMAGE : ChangeType.DELETE,
                row,
                partition));
  }

  private static Partition partition(LiveFile file) {
    int end = file.path().lastIndexOf('/');
    String folder = end < 0 || file.path().contains(":/") ? "" : file.path().substring(0, end + 1);
    return new Partition(folder, file.partitionValues());
  }

  private RowDataParquetWriter writer(RowDataParquetWriter prototype, LiveFile file)
      throws IOException {
    Partition partition = partition(file);
    RowDataParquetWriter known = open;
    if (known == null || !known.partition().equals(partition)) {
      endFile();
      known = prototype.forPartition(partition);
      open = known;
    }
    return known;
  }

  private void endFile() throws IOException {
    if (open != null && open.isOpen()) {
      written.add(open.finishFile());
    }
    open = null;
  }

  private void tell(JobPart part) {
    output.collect(new StreamRecord<>(part.encoded()));
  }

  @Override
  public void close() throws Exception {
    if (open != null) {
      open.close();
    }
    if (changes != null) {
      changes.close();
    }
    super.close();
  }
}
