package io.millrace.delta.row;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DistinctType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Where the fields of a {@link FlatRow} lie: one slot a field, of one of four kinds.
 *
 * <p>Immutable; computed once from a row type and shared by all rows of a stream.
 */
public final class RowLayout implements Serializable {
  private static final long serialVersionUID = 1;

  /** What holds the value of a field. */
  public enum Slot {
    /**
     * One long: BOOLEAN (0 or 1), TINYINT to BIGINT, DATE (days), TIME (milliseconds), intervals,
     * FLOAT and DOUBLE as raw bits, and the unscaled value of a DECIMAL of at most 18 digits.
     */
    LONG,
    /** Milliseconds since 1970 in the long, nanoseconds of the millisecond in the length. */
    TIMESTAMP,
    /** A slice of a byte array: CHAR, VARCHAR (UTF-8), BINARY, VARBINARY. */
    BYTES,
    /**
     * Flink's own internal object: DECIMAL of more than 18 digits, ARRAY, MAP, ROW and the rest.
     */
    OBJECT
  }

  private final RowType rowType;
  private final LogicalType[] types;
  private final Slot[] slots;
  private final byte[] widths;

  private RowLayout(RowType rowType) {
    this.rowType = requireNonNull(rowType, "rowType is null");
    int arity = rowType.getFieldCount();
    types = new LogicalType[arity];
    slots = new Slot[arity];
    widths = new byte[arity];
    for (int i = 0; i < arity; i++) {
      types[i] = rowType.getTypeAt(i);
      slots[i] = slotOf(types[i]);
      widths[i] = (byte) (slots[i] == Slot.OBJECT || slots[i] == Slot.BYTES ? 0 : width(types[i]));
    }
  }

  public static RowLayout of(RowType rowType) {
    return new RowLayout(rowType);
  }

  public RowType rowType() {
    return rowType;
  }

  public int arity() {
    return types.length;
  }

  public LogicalType type(int field) {
    return types[field];
  }

  public Slot slot(int field) {
    return slots[field];
  }

  /** Bytes that a LONG or TIMESTAMP slot takes on the wire; 0 for the other kinds. */
  int width(int field) {
    return widths[field];
  }

  /** Whether rows of the two layouts hold their fields in the same slots with the same widths. */
  boolean sameSlots(RowLayout other) {
    if (this == other) {
      return true;
    }
    if (types.length != other.types.length) {
      return false;
    }
    for (int i = 0; i < types.length; i++) {
      if (slots[i] != other.slots[i]
          || widths[i] != other.widths[i]
          || (slots[i] == Slot.OBJECT && !types[i].equals(other.types[i]))) {
        return false;
      }
    }
    return true;
  }

  /** The kind of slot that values of a type live in. */
  public static Slot slotOf(LogicalType type) {
    switch (type.getTypeRoot()) {
      case BOOLEAN:
      case TINYINT:
      case SMALLINT:
      case INTEGER:
      case BIGINT:
      case FLOAT:
      case DOUBLE:
      case DATE:
      case TIME_WITHOUT_TIME_ZONE:
      case INTERVAL_YEAR_MONTH:
      case INTERVAL_DAY_TIME:
        return Slot.LONG;
      case DECIMAL:
        return isCompact((DecimalType) type) ? Slot.LONG : Slot.OBJECT;
      case TIMESTAMP_WITHOUT_TIME_ZONE:
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        return Slot.TIMESTAMP;
      case CHAR:
      case VARCHAR:
      case BINARY:
      case VARBINARY:
        return Slot.BYTES;
      case DISTINCT_TYPE:
        return slotOf(((DistinctType) type).getSourceType());
      default:
        return Slot.OBJECT;
    }
  }

  /** Whether the unscaled value of a decimal type fits a long. */
  public static boolean isCompact(DecimalType type) {
    return type.getPrecision() <= 18;
  }

  private static int width(LogicalType type) {
    switch (type.getTypeRoot()) {
      case BOOLEAN:
      case TINYINT:
        return 1;
      case SMALLINT:
        return 2;
      case INTEGER:
      case DATE:
      case TIME_WITHOUT_TIME_ZONE:
      case INTERVAL_YEAR_MONTH:
      case FLOAT:
        return 4;
      case DISTINCT_TYPE:
        return width(((DistinctType) type).getSourceType());
      default:
        return 8;
    }
  }

  @Override
  public String toString() {
    return rowType.asSummaryString();
  }
}
