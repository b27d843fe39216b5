package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.ChangeFile;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.changes.ChangeFileWriter;
import io.millrace.delta.changes.ChangeType;
import io.millrace.delta.constraint.RowConstraints;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.sink.PartitionOptions;
import io.millrace.delta.sink.Restarts;
import io.millrace.delta.sink.TableFiles;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.utils.ProjectedRowData;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rows that a statement found: writes new ones into files of the table, and notes where
 * old ones are. At the end of its input it tells of both; before that, and without a commit, the
 * files are not part of the table.
 */
final class ChangedRowsOperator extends AbstractStreamOperator<Tuple2<String, byte[]>>
    implements OneInputStreamOperator<RowData, Tuple2<String, byte[]>>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  private final Statement statement;
  private transient RowShape shape;
  private transient FoundRows found;
  private transient long[] counts;
  private transient @Nullable RowConstraints constraints;
  private transient @Nullable TableFiles files;
  private transient @Nullable ChangeFileWriter changes;
  private transient ProjectedRowData written;
  private transient @Nullable ProjectedRowData withId;

  ChangedRowsOperator(Statement statement) {
    this.statement = statement;
  }

  @Override
  public void open() throws Exception {
    super.open();
    shape = statement.shape();
    found = new FoundRows();
    counts = new long[ChangeKind.values().length];
    if (!statement.writesRows()) {
      return;
    }
    try {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      WriteRules rules = WriteRules.load(TableDefinition.of(statement.table()));
      RowConstraints checks =
          rules.constraintsFor(statement.table().name(), statement.table().rowType());
      constraints = checks.isEmpty() ? null : checks;
      files =
          TableFiles.of(
              inFiles(),
              rules,
              subtask,
              ParquetOptions.DEFAULT,
              PartitionOptions.DEFAULT,
              getMetricGroup());
      if (statement.listsChanges()) {
        changes =
            new ChangeFileWriter(statement.table(), rules.names(), subtask, ParquetOptions.DEFAULT);
        written =
            ProjectedRowData.from(
                IntStream.range(0, statement.table().rowType().getFieldCount()).toArray());
      }
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  /** A row that is updated stays the row that it was. */
  private DeltaTableSpec inFiles() {
    TrackingColumns tracking = statement.tracking();
    if (tracking == null || shape.id() < 0) {
      return statement.table();
    }
    int columns = statement.table().rowType().getFieldCount();
    withId =
        ProjectedRowData.from(
            IntStream.concat(IntStream.range(0, columns), IntStream.of(shape.id())).toArray());
    return tracking.withIds(statement.table());
  }

  @Override
  public void processElement(StreamRecord<RowData> element) throws Exception {
    RowData row = element.getValue();
    ChangeKind kind = shape.kind(row);
    if (kind != ChangeKind.INSERT
        && !found.add(row.getString(shape.file()), row.getLong(shape.position()), kind)) {
      return;
    }
    counts[kind.code()]++;
    if (kind.writes()) {
      write(row, kind);
    }
  }

  private void write(RowData row, ChangeKind kind) throws Exception {
    try {
      if (constraints != null) {
        constraints.require(row);
      }
      requireNonNull(files, "the statement writes no rows")
          .write(withId == null ? row : withId.replaceRow(row));
      if (changes != null) {
        changes.write(
            kind == ChangeKind.INSERT ? ChangeType.INSERT : ChangeType.UPDATE_POSTIMAGE,
            written.replaceRow(row));
      }
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  @Override
  public void endInput() throws Exception {
    found.files().forEach((path, rows) -> tell(new JobPart.Found(path, rows)));
    List<DataFile> taken = files == null ? List.of() : files.take();
    List<ChangeFile> listed = changes == null ? List.of() : changes.finish();
    Map<ChangeKind, Long> told = new EnumMap<>(ChangeKind.class);
    for (ChangeKind kind : ChangeKind.values()) {
      told.put(kind, counts[kind.code()]);
    }
    tell(new JobPart.Written(taken, listed, told));
  }

  private void tell(JobPart part) {
    output.collect(new StreamRecord<>(part.encoded()));
  }

  @Override
  public void close() throws Exception {
    if (files != null) {
      files.close();
    }
    if (changes != null) {
      changes.close();
    }
    super.close();
  }
}
