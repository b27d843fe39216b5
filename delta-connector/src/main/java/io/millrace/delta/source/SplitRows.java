package io.millrace.delta.source;

import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.RowGroupBounds;
import io.millrace.delta.kernel.DeletedRows;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.source.DeltaSplit.Rows;
import io.millrace.delta.vector.ColumnBatch;
import io.millrace.delta.vector.OutputColumn;
import io.millrace.delta.vector.ReadField;
import io.millrace.delta.vector.RowGroupFilter;
import io.millrace.delta.vector.VectorizedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.columnar.vector.BytesColumnVector;
import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.flink.table.data.columnar.vector.VectorizedColumnBatch;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of one split, batch after batch. Filled by one thread; batches may be read and recycled
 * by another.
 */
final class SplitRows implements AutoCloseable {
  private static final ReadField CHANGE_TYPE =
      new ReadField(
          MetadataColumn.CHANGE_TYPE.key(), -1, MetadataColumn.CHANGE_TYPE.type(), List.of());

  private final SourceSpec spec;
  private final DeltaSplit split;
  private final VectorizedReader file;
  private final @Nullable RowSelection selection;
  private final int changeTypeColumn;
  private final ConcurrentLinkedQueue<Slot> free = new ConcurrentLinkedQueue<>();

  /** What one batch needs, used again and again. */
  private record Slot(ColumnBatch batch, int[] selected, byte[] kinds) {}

  private SplitRows(
      SourceSpec spec,
      DeltaSplit split,
      VectorizedReader file,
      @Nullable RowSelection selection,
      int changeTypeColumn) {
    this.spec = spec;
    this.split = split;
    this.file = file;
    this.selection = selection;
    this.changeTypeColumn = changeTypeColumn;
  }

  /**
   * Opens the split's file and goes to its position.
   *
   * @throws IOException if it cannot be read
   * @throws RuntimeException if it is not what it should be
   */
  static SplitRows open(SourceSpec spec, DeltaSplit split) throws IOException {
    RowSelection selection = selection(spec, split);
    List<OutputColumn> columns = new ArrayList<>();
    int changeType = -1;
    for (SourceColumn column : spec.columns()) {
      OutputColumn output = output(column, split);
      if (isChangeType(column) && split.rows().inFile()) {
        changeType = columns.size();
      }
      columns.add(output);
    }
    if (changeType < 0 && split.rows().inFile()) {
      changeType = columns.size();
      columns.add(new OutputColumn.FileColumn(CHANGE_TYPE.name(), List.of(CHANGE_TYPE)));
    }
    RowFilter filter = spec.filter();
    RowGroupFilter groups =
        filter.equals(RowFilter.TRUE)
            ? RowGroupFilter.ALL
            : group -> filter.mayMatch(new RowGroupBounds(group));
    VectorizedReader file =
        VectorizedReader.open(
            path(spec.path(), split.path()),
            columns,
            split.from(),
            split.to(),
            groups,
            split.fileBytes());
    try {
      if (split.position() > 0) {
        file.skipTo(split.position());
      }
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    return new SplitRows(spec, split, file, selection, changeType);
  }

  static Path path(String tablePath, String filePath) {
    return LiveFile.locate(tablePath, filePath);
  }

  private static @Nullable RowSelection selection(SourceSpec spec, DeltaSplit split) {
    if (split.deleted().isEmpty() && split.only().isEmpty()) {
      return null;
    }
    RoaringBitmap deleted =
        split
            .deleted()
            .map(vector -> DeletedRows.read(spec.path(), split.path(), vector))
            .orElseGet(RoaringBitmap::new);
    Optional<RoaringBitmap> only =
        split.only().map(vector -> DeletedRows.read(spec.path(), split.path(), vector));
    return RowSelection.of(deleted, only.orElse(null));
  }

  private static boolean isChangeType(SourceColumn column) {
    return column instanceof SourceColumn.Metadata metadata
        && metadata.column() == MetadataColumn.CHANGE_TYPE;
  }

  private static OutputColumn output(SourceColumn column, DeltaSplit split) {
    if (column instanceof SourceColumn.Metadata metadata) {
      return metadata(metadata.column(), split);
    } else if (column instanceof SourceColumn.Tracked tracked) {
      return tracked(tracked, split);
    }
    SourceColumn.Data data = (SourceColumn.Data) column;
    String physicalName = data.path().get(0).name();
    if (data.path().size() == 1 && split.partitionValues().containsKey(physicalName)) {
      return new OutputColumn.Constant(
          data.name(),
          data.field().type(),
          PartitionValues.internal(
              data.name(),
              split.partitionValues().get(physicalName),
              data.field().type(),
              split.path()));
    }
    return new OutputColumn.FileColumn(data.name(), data.path());
  }

  /** Files of changes have neither ids nor versions of rows. */
  private static OutputColumn tracked(SourceColumn.Tracked column, DeltaSplit split) {
    boolean id = column.column() == MetadataColumn.ROW_ID;
    OptionalLong first = id ? split.firstRowId() : split.rowVersion();
    if (first.isEmpty() || split.rows().inFile()) {
      return new OutputColumn.Constant(column.column().key(), column.column().type(), null);
    }
    return id
        ? TrackingColumns.ids(column.stored(), first.getAsLong())
        : TrackingColumns.versions(column.stored(), first.getAsLong());
  }

  private static OutputColumn metadata(MetadataColumn column, DeltaSplit split) {
    if (column == MetadataColumn.CHANGE_TYPE && split.rows().inFile()) {
      return new OutputColumn.FileColumn(column.key(), List.of(CHANGE_TYPE));
    }
    if (column == MetadataColumn.ROW_POSITION) {
      return new OutputColumn.RowPosition(column.key());
    }
    Object value =
        switch (column) {
          case CHANGE_TYPE ->
              StringData.fromString(split.rows() == Rows.DELETED ? "delete" : "insert");
          case COMMIT_VERSION -> split.version();
          case COMMIT_TIMESTAMP -> TimestampData.fromEpochMillis(split.timestampMillis());
          case FILE_PATH -> StringData.fromString(split.path());
          case ROW_POSITION, ROW_ID, ROW_COMMIT_VERSION ->
              throw new IllegalStateException("differs from row to row");
        };
    return new OutputColumn.Constant(column.key(), column.type(), value);
  }

  DeltaSplit split() {
    return split;
  }

  /**
   * The next rows; null if there are no more.
   *
   * @throws IOException if the file cannot be read
   * @throws RuntimeException if it is not what it should be
   */
  @Nullable RowBatch next() throws IOException {
    Slot reused = free.poll();
    Slot slot =
        reused != null
            ? reused
            : new Slot(
                file.newBatch(),
                new int[VectorizedReader.BATCH_ROWS],
                new byte[VectorizedReader.BATCH_ROWS]);
    ColumnBatch batch = slot.batch();
    while (file.read(batch)) {
      int selected =
          selection == null
              ? -1
              : selection.select(batch.firstPosition(), batch.rows(), slot.selected());
      if (selected != 0) {
        RowBatch rows = split.rows().inFile() ? changes(slot) : rows(slot, selected);
        if (rows.count() > 0) {
          return rows;
        }
      }
    }
    return null;
  }

  private RowBatch rows(Slot slot, int selected) {
    boolean deleted = split.rows() == Rows.DELETED && spec.ordered();
    return new RowBatch(
        slot.batch().vectors(),
        selected < 0 ? slot.batch().rows() : selected,
        selected < 0 ? null : slot.selected(),
        null,
        (deleted ? RowKind.DELETE : RowKind.INSERT).toByteValue(),
        slot.batch().firstPosition() + slot.batch().rows(),
        () -> free.add(slot));
  }

  private RowBatch changes(Slot slot) {
    ColumnBatch batch = slot.batch();
    ColumnVector[] vectors = batch.vectors().columns;
    BytesColumnVector types = (BytesColumnVector) vectors[changeTypeColumn];
    int count = 0;
    for (int i = 0; i < batch.rows(); i++) {
      RowKind kind = kind(types.getBytes(i));
      boolean before = kind == RowKind.DELETE || kind == RowKind.UPDATE_BEFORE;
      if (split.rows() == Rows.CHANGES || (split.rows() == Rows.CHANGES_BEFORE) == before) {
        slot.selected()[count] = i;
        slot.kinds()[count++] = (spec.ordered() ? kind : RowKind.INSERT).toByteValue();
      }
    }
    // What is only read to know the kind is none of the rows' columns.
    VectorizedColumnBatch wanted =
        vectors.length == spec.columns().size()
            ? batch.vectors()
            : new VectorizedColumnBatch(Arrays.copyOf(vectors, spec.columns().size()));
    return new RowBatch(
        wanted,
        count,
        slot.selected(),
        slot.kinds(),
        RowKind.INSERT.toByteValue(),
        batch.firstPosition() + batch.rows(),
        () -> free.add(slot));
  }

  private static RowKind kind(BytesColumnVector.Bytes type) {
    String name =
        new String(type.data, type.offset, type.len, java.nio.charset.StandardCharsets.UTF_8);
    return switch (name) {
      case "insert" -> RowKind.INSERT;
      case "delete" -> RowKind.DELETE;
      case "update_preimage" -> RowKind.UPDATE_BEFORE;
      case "update_postimage" -> RowKind.UPDATE_AFTER;
      default -> throw new IllegalArgumentException("a change of unknown type '" + name + "'");
    };
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
