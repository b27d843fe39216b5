package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.delta.row.RowLayout;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.RowType.RowField;

/**
 * {@code left [LEFT] JOIN right ON left.a = right.b AND …} where the right side is a small table
 * that does not change while the job runs: every subtask loads it when it opens, and keeps it in
 * memory.
 *
 * <p>NULL equals nothing. A left row that meets several right rows comes out once for each, in the
 * order in which they were loaded. The output has the left columns, then the right columns.
 */
public final class LookupJoinOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  /** What becomes of a left row that meets no right row. */
  public enum Kind {
    /** It is dropped, and counted as {@link #UNMATCHED}. */
    INNER,
    /** It comes out with NULL in the right columns. */
    LEFT
  }

  /** Reads the right side; called once in every subtask. */
  @FunctionalInterface
  public interface StaticRows extends Serializable {
    /** The rows; each may be reused for the next. */
    Iterable<RowData> load() throws Exception;
  }

  /** Name of the counter of left rows that an inner join dropped. */
  public static final String UNMATCHED = "unmatched";

  /** More than this is no small table. */
  private static final int MAX_ROWS = 20_000_000;

  private static final int END = -1;

  private final RowType left;
  private final RowType right;
  private final int[] leftKeyColumns;
  private final int[] rightKeyColumns;
  private final RowKeys leftKeys;
  private final RowKeys rightKeys;
  private final Kind kind;
  private final StaticRows staticRows;
  private final RowType outputType;
  private final int unmatched = counter(UNMATCHED);

  /** By key: index of the first row; then row by row the index of the next of the same key. */
  private transient KeyTable firsts;

  private transient int[] nexts;
  private transient List<FlatRow> rows;
  private transient FlatRow joined;

  /**
   * @throws MillraceException TYPE_MISMATCH if a pair of key columns cannot be compared as they are
   */
  public LookupJoinOperator(
      String operator,
      Kind kind,
      RowType left,
      int[] leftKeyColumns,
      RowType right,
      int[] rightKeyColumns,
      StaticRows staticRows) {
    super(operator);
    this.kind = requireNonNull(kind, "kind is null");
    this.left = requireNonNull(left, "left is null");
    this.right = requireNonNull(right, "right is null");
    this.leftKeyColumns = leftKeyColumns.clone();
    this.rightKeyColumns = rightKeyColumns.clone();
    this.staticRows = requireNonNull(staticRows, "staticRows is null");
    checkKeys();
    leftKeys = new RowKeys(left, leftKeyColumns);
    rightKeys = new RowKeys(right, rightKeyColumns);
    outputType = outputType(kind, left, right);
  }

  private void checkKeys() {
    if (leftKeyColumns.length == 0 || leftKeyColumns.length != rightKeyColumns.length) {
      throw new IllegalArgumentException(
          leftKeyColumns.length + " left and " + rightKeyColumns.length + " right key columns");
    }
    for (int i = 0; i < leftKeyColumns.length; i++) {
      RowField ofLeft = left.getFields().get(leftKeyColumns[i]);
      RowField ofRight = right.getFields().get(rightKeyColumns[i]);
      if (!supports(ofLeft.getType(), ofRight.getType())) {
        throw new MillraceException(
            ErrorCode.TYPE_MISMATCH,
            "a join compares %s of type %s with %s of type %s"
                .formatted(
                    ofLeft.getName(),
                    ofLeft.getType().asSummaryString(),
                    ofRight.getName(),
                    ofRight.getType().asSummaryString()),
            "Cast one side to the type of the other.");
      }
    }
  }

  /** Whether key columns of these types can be compared without a cast. */
  public static boolean supports(LogicalType left, LogicalType right) {
    if (!RowKeys.supports(left) || RowLayout.slotOf(left) != RowLayout.slotOf(right)) {
      return false;
    }
    switch (left.getTypeRoot()) {
      case TINYINT:
      case SMALLINT:
      case INTEGER:
      case BIGINT:
        switch (right.getTypeRoot()) {
          case TINYINT:
          case SMALLINT:
          case INTEGER:
          case BIGINT:
            return true;
          default:
            return false;
        }
      case DECIMAL:
        return right instanceof DecimalType decimal
            && decimal.getScale() == ((DecimalType) left).getScale();
      default:
        return left.getTypeRoot() == right.getTypeRoot();
    }
  }

  /** Left columns, then right columns, which a left join makes nullable. */
  public static RowType outputType(Kind kind, RowType left, RowType right) {
    List<RowField> fields = new ArrayList<>(left.getFields());
    for (RowField field : right.getFields()) {
      fields.add(
          kind == Kind.LEFT ? new RowField(field.getName(), field.getType().copy(true)) : field);
    }
    return new RowType(false, fields);
  }

  public RowType outputType() {
    return outputType;
  }

  @Override
  public void open() throws Exception {
    super.open();
    joined = new FlatRow(outputType);
    firsts = rightKeys.newTable(2);
    rows = new ArrayList<>();
    nexts = new int[16];
    RowLayout layout = RowLayout.of(right);
    FlatRow adapter = new FlatRow(layout);
    for (RowData row : staticRows.load()) {
      adapter.copyFrom(row);
      if (!hasNull(adapter, rightKeyColumns)) {
        add(adapter.copy());
      }
    }
  }

  /** Values of a key: index of its first row and of its last. */
  private void add(FlatRow row) {
    int index = rows.size();
    if (index == MAX_ROWS) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "the table on the right of a join has more than " + MAX_ROWS + " rows",
          "Join with a smaller table, or filter it first.");
    }
    rows.add(row);
    if (index == nexts.length) {
      nexts = Arrays.copyOf(nexts, index * 2);
    }
    nexts[index] = END;
    int inserted = rightKeys.insert(firsts, rightKeys.hash(row), row);
    int slot = inserted < 0 ? ~inserted : inserted;
    if (inserted < 0) {
      nexts[(int) firsts.value(slot, 1)] = index;
    } else {
      firsts.setValue(slot, 0, index);
    }
    firsts.setValue(slot, 1, index);
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    RowData row = record.getValue();
    int slot = hasNull(row, leftKeyColumns) ? -1 : leftKeys.find(firsts, leftKeys.hash(row), row);
    if (slot < 0) {
      if (kind == Kind.INNER) {
        count(unmatched);
        return;
      }
      setLeft(row);
      for (int i = left.getFieldCount(); i < joined.getArity(); i++) {
        joined.setNull(i);
      }
      emit(joined);
      return;
    }
    setLeft(row);
    for (int index = (int) firsts.value(slot, 0); index != END; index = nexts[index]) {
      FlatRow match = rows.get(index);
      for (int i = 0; i < match.getArity(); i++) {
        joined.copyField(match, i, left.getFieldCount() + i);
      }
      emit(joined);
    }
  }

  private void setLeft(RowData row) {
    joined.setRowKind(row.getRowKind());
    for (int i = 0; i < left.getFieldCount(); i++) {
      FlatRows.setField(joined, i, row, i);
    }
  }

  private static boolean hasNull(RowData row, int[] columns) {
    for (int column : columns) {
      if (row.isNullAt(column)) {
        return true;
      }
    }
    return false;
  }
}
