package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.ChangeFile;
import io.millrace.delta.DataFile;
import io.millrace.delta.changes.ChangeFileWriter;
import io.millrace.delta.dml.JobPart.Found;
import io.millrace.delta.dml.JobPart.Rewritten;
import io.millrace.delta.dml.JobPart.SourceRows;
import io.millrace.delta.dml.JobPart.Written;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.DeletionVectorStore;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.sink.Restarts;
import io.millrace.delta.source.FileRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.roaringbitmap.RoaringBitmap;

/**
 * Commits what a statement found and wrote, once all of it is there, as one version; nothing if
 * there is nothing. Emits the numbers of the operation, and the version as {@code version}.
 *
 * <p>If the statement cannot be committed, what it wrote is deleted and the job fails; the same
 * commit after a restart finds the one that it made.
 */
final class CommitOperator extends AbstractStreamOperator<Map<String, String>>
    implements OneInputStreamOperator<Tuple2<String, byte[]>, Map<String, String>>,
        BoundedOneInput {
  private static final long serialVersionUID = 1L;

  static final TypeInformation<Map<String, String>> OUTCOME = Types.MAP(Types.STRING, Types.STRING);

  /** Key of the version in the outcome; absent if nothing was changed. */
  static final String VERSION = "version";

  private final Statement statement;
  private transient FoundRows found;
  private transient Set<String> rewritten;
  private transient List<DataFile> written;
  private transient List<ChangeFile> changes;
  private transient StatementMetrics metrics;
  private transient long sourceRows;
  private transient List<RowFilter> partners;

  CommitOperator(Statement statement) {
    this.statement = statement;
  }

  @Override
  public void open() throws Exception {
    super.open();
    found = new FoundRows();
    rewritten = new HashSet<>();
    written = new ArrayList<>();
    changes = new ArrayList<>();
    partners = new ArrayList<>();
    metrics = new StatementMetrics();
  }

  @Override
  public void processElement(StreamRecord<Tuple2<String, byte[]>> element) {
    JobPart part = JobPart.decode(element.getValue());
    if (part instanceof Found in) {
      found.merge(in.path(), in.rows());
    } else if (part instanceof Rewritten file) {
      found.merge(file.path(), file.rows());
      rewritten.add(file.path());
      metrics.copied(file.copied());
    } else if (part instanceof Written files) {
      written.addAll(files.files());
      changes.addAll(files.changes());
      metrics.listed(files.changes().size());
      metrics.rows(files.counts());
    } else if (part instanceof SourceRows source) {
      sourceRows += source.count();
      partners.add(source.partners());
    }
  }

  @Override
  public void endInput() throws Exception {
    try (MaintainedTable table = MaintainedTable.open(statement.table().path())) {
      Map<String, String> outcome = new TreeMap<>();
      commit(table).ifPresent(version -> outcome.put(VERSION, Long.toString(version)));
      outcome.putAll(named());
      output.collect(new StreamRecord<>(outcome));
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  private Map<String, String> named() {
    return metrics.named(
        statement.operation(),
        sourceRows,
        Math.max(0, System.currentTimeMillis() - statement.startedMillis()));
  }

  /** What was read, as far as it could matter: rows that no row of a source can be for do not. */
  private ReadSet read() {
    ReadSet read = statement.read();
    return partners.isEmpty()
        ? read
        : new ReadSet(
            read.version(),
            new RowFilter.And(List.of(read.filter(), new RowFilter.Or(partners))),
            read.rowByRow());
  }

  private Optional<Long> commit(MaintainedTable table) throws IOException {
    StatementCommit commit =
        new StatementCommit(
            table,
            statement.operation(),
            statement.parameters(),
            read(),
            statement.transactionId());
    Optional<Long> made =
        getRuntimeContext().getTaskInfo().getAttemptNumber() > 0
            ? commit.made(table.latest())
            : Optional.empty();
    if (made.isPresent()) {
      return made;
    }
    TableState read = table.at(statement.read().version());
    List<DeletionVector> vectors = List.of();
    boolean committed = false;
    try {
      requireOneMatch(read);
      Change change = change(read);
      vectors = change.vectors();
      if (change.removed().isEmpty() && change.added().isEmpty()) {
        return Optional.empty();
      }
      long version = commit.commit(change.removed(), change.added(), changes, this::named);
      committed = true;
      return Optional.of(version);
    } catch (MillraceException e) {
      // Whether an entry of unknown fate is there is not known: what it may name must stay.
      committed = e.code() == ErrorCode.IO_FAILED || e.code() == ErrorCode.DISK_FULL;
      throw e;
    } finally {
      if (!committed) {
        read.deletionVectors().discard(vectors);
        discard();
      }
    }
  }

  private record Change(
      List<LiveFile> removed, List<LiveFile> added, List<DeletionVector> vectors) {}

  private Change change(TableState read) {
    List<LiveFile> removed = new ArrayList<>();
    List<LiveFile> added = new ArrayList<>();
    List<LiveFile> shortened = new ArrayList<>();
    List<RoaringBitmap> bitmaps = new ArrayList<>();
    DeletionVectorStore store = read.deletionVectors();
    for (Map.Entry<String, FoundInFile> each : new TreeMap<>(found.files()).entrySet()) {
      RoaringBitmap lost = each.getValue().removed();
      if (lost.isEmpty()) {
        continue;
      }
      LiveFile file =
          requireNonNull(read.files().get(each.getKey()), "a file that the version has not");
      removed.add(file);
      boolean hadVector = file.deletionVector().isPresent();
      long left =
          file.records().orElse(Long.MAX_VALUE) - file.deletedRecords() - lost.getLongCardinality();
      if (left == 0 || rewritten.contains(each.getKey())) {
        metrics.removed(file.sizeBytes());
        if (hadVector) {
          metrics.vectorRemoved();
        }
        continue;
      }
      RoaringBitmap all = store.load(file);
      all.or(lost);
      shortened.add(file);
      bitmaps.add(all);
      metrics.vector(hadVector);
    }
    List<DeletionVector> vectors = bitmaps.isEmpty() ? List.of() : store.write(bitmaps);
    for (int i = 0; i < vectors.size(); i++) {
      added.add(shortened.get(i).withDeletionVector(vectors.get(i)));
    }
    for (DataFile file : written) {
      added.add(
          LiveFile.of(
              file.path(),
              file.sizeBytes(),
              file.modifiedMillis(),
              file.stats(),
              file.partitionValues()));
      metrics.added(file.sizeBytes());
    }
    return new Change(removed, added, vectors);
  }

  private void requireOneMatch(TableState read) throws IOException {
    if (!statement.oneMatch()) {
      return;
    }
    for (Map.Entry<String, FoundInFile> each : found.files().entrySet()) {
      if (each.getValue().twice() >= 0) {
        LiveFile file = requireNonNull(read.files().get(each.getKey()));
        throw new MillraceException(
            ErrorCode.MERGE_AMBIGUOUS,
            "several rows of the source match the row of table %s with %s, nothing was changed"
                .formatted(statement.table().name(), keys(read, file, each.getValue().twice())),
            "leave one row of the source for each row of the table, or make ON more precise");
      }
    }
  }

  private String keys(TableState read, LiveFile file, int position) throws IOException {
    List<TableField> fields =
        read.fields().stream()
            .filter(field -> statement.keyColumns().contains(field.name()))
            .toList();
    List<String> texts = new ArrayList<>();
    new FileRows(statement.table().path(), fields)
        .visitOnly(
            file,
            RoaringBitmap.bitmapOf(position),
            (at, row) -> {
              for (int i = 0; i < fields.size(); i++) {
                TableField field = fields.get(i);
                Object value = RowData.createFieldGetter(field.type(), i).getFieldOrNull(row);
                texts.add(field.name() + " = " + value);
              }
            });
    return String.join(", ", texts);
  }

  private void discard() {
    ChangeFileWriter.discard(statement.table().path(), changes);
    for (DataFile file : written) {
      Path path = new Path(new Path(statement.table().path()), file.path());
      try {
        path.getFileSystem().delete(path, false);
      } catch (IOException e) {
        LOG.warn("A file that no version names could not be deleted: file={}", path, e);
      }
    }
  }
}
