package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.dml.ChangeKind;
import io.millrace.delta.dml.ReadSet;
import io.millrace.delta.dml.RowLevelJob;
import io.millrace.delta.dml.RowShape;
import io.millrace.delta.dml.Statement;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.source.MetadataColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.connector.RowLevelModificationScanContext;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.jspecify.annotations.Nullable;

/** An UPDATE or DELETE in Flink SQL: what it wants of the planner, and what it does. */
final class RowLevelWrite {
  private final ChangeKind kind;
  private final DeltaTableSpec declared;
  private final StatementScans scans;
  private final long startedMillis = System.currentTimeMillis();

  private RowLevelWrite(ChangeKind kind, DeltaTableSpec declared, StatementScans scans) {
    this.kind = requireNonNull(kind, "kind is null");
    this.declared = requireNonNull(declared, "declared is null");
    this.scans = requireNonNull(scans, "scans is null");
  }

  /**
   * @param declared the table as the statement that made it known has it
   */
  static RowLevelWrite of(
      ChangeKind kind, DeltaTableSpec declared, @Nullable RowLevelModificationScanContext context) {
    return new RowLevelWrite(
        kind, declared, context instanceof StatementScans ours ? ours : new StatementScans());
  }

  /** The columns of the table that are written, the place of the row, and its id if it has one. */
  List<Column> requiredColumns() {
    List<Column> columns = new ArrayList<>();
    if (kind == ChangeKind.UPDATE) {
      for (RowType.RowField field : declared.rowType().getFields()) {
        columns.add(
            Column.physical(
                field.getName(), TypeConversions.fromLogicalToDataType(field.getType())));
      }
    }
    List<MetadataColumn> place = new ArrayList<>();
    place.add(MetadataColumn.FILE_PATH);
    place.add(MetadataColumn.ROW_POSITION);
    if (kind == ChangeKind.UPDATE
        && scans.snapshot(declared.path()).trackingColumns().isPresent()) {
      place.add(MetadataColumn.ROW_ID);
    }
    for (MetadataColumn column : place) {
      requireOurs(column);
      columns.add(
          Column.metadata(
              column.key(),
              TypeConversions.fromLogicalToDataType(column.type()),
              column.key(),
              true));
    }
    return columns;
  }

  /** The planner looks for columns by their names, and would take another one's values. */
  private void requireOurs(MetadataColumn column) {
    if (declared.rowType().getFieldNames().contains(column.key())) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "%s cannot change table %s: it has a column %s, by whose name rows are looked for"
              .formatted(kind, declared.path(), column.key()),
          "rename the column");
    }
  }

  DataStreamSink<?> write(DataStream<RowData> rows, UnaryOperator<String> uids) {
    ReadSet read = scans.read(declared.path());
    try (MaintainedTable table = MaintainedTable.open(declared.path())) {
      TableState state = table.at(read.version());
      boolean update = kind == ChangeKind.UPDATE;
      boolean vectors = state.deletionVectorsEnabled();
      Optional<TrackingColumns> tracking = state.trackingColumns();
      String operation = update ? "UPDATE" : "DELETE";
      state.requireModifiable(operation, true, update || !vectors);
      RowType written = update ? wholeRows(state) : state.rowType();
      Statement statement =
          new Statement(
              operation,
              new DeltaTableSpec(
                      declared.name(),
                      declared.path(),
                      "dml",
                      written,
                      List.of(),
                      state.properties())
                  .partitionedBy(state.partitionColumns()),
              Statement.predicate(scans.predicate()),
              read,
              RowShape.of(
                  update ? written.getFieldCount() : 0, kind, update && tracking.isPresent()),
              vectors,
              state.hasChangeDataFeed() && (update || !vectors),
              update,
              false,
              List.of(),
              tracking.orElse(null),
              UUID.randomUUID().toString(),
              startedMillis);
      return RowLevelJob.of(rows, statement, uids)
          .sinkTo(new DiscardingSink<>())
          .name(declared.name() + ": done")
          .setParallelism(1)
          .uid(uids.apply("done"));
    }
  }

  /** The declared columns, which must be all that the table has, with what the table says. */
  private RowType wholeRows(TableState state) {
    RowType table = state.rowType();
    List<String> missing = new ArrayList<>(table.getFieldNames());
    missing.removeAll(declared.rowType().getFieldNames());
    if (!missing.isEmpty()) {
      throw new MillraceException(
          ErrorCode.SCHEMA_CHANGED,
          "UPDATE of table %s would lose columns that are not declared: %s"
              .formatted(declared.name(), String.join(", ", missing)),
          "declare all columns of the table");
    }
    List<RowType.RowField> fields = new ArrayList<>();
    for (String name : declared.rowType().getFieldNames()) {
      fields.add(table.getFields().get(table.getFieldIndex(name)));
    }
    return new RowType(false, fields);
  }
}
