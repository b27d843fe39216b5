package io.millrace.jobs.expression;

import org.apache.calcite.avatica.util.TimeUnitRange;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.utils.DateTimeUtils;

/**
 * Timestamps and dates. Fields and calendar floors of instants before 1970 follow Flink, which
 * rounds towards 1970 there.
 */
final class Temporal {
  private static final long DAY_MILLIS = 86_400_000L;

  private Temporal() {}

  /** A timestamp or date plus or minus an interval of days to milliseconds. */
  static final class PlusMillis extends Node {
    private final Node left;
    private final Node interval;
    private final int sign;

    /** The left operand is a timestamp, and the result one of its type. */
    PlusMillis(LogicalType type, Node left, Node interval, int sign) {
      super(type);
      this.left = left;
      this.interval = interval;
      this.sign = sign;
    }

    @Override
    boolean eval(RowData row) {
      boolean leftKnown = left.eval(row);
      if (!interval.eval(row) || !leftKnown) {
        return false;
      }
      number = left.number + sign * interval.number;
      nanos = left.nanos;
      return true;
    }
  }

  /** A timestamp or date plus or minus an interval of months. */
  static final class PlusMonths extends Node {
    private final Node left;
    private final Node interval;
    private final int sign;

    PlusMonths(LogicalType type, Node left, Node interval, int sign) {
      super(type);
      this.left = left;
      this.interval = interval;
      this.sign = sign;
    }

    @Override
    boolean eval(RowData row) {
      boolean leftKnown = left.eval(row);
      if (!interval.eval(row) || !leftKnown) {
        return false;
      }
      int months = sign * (int) interval.number;
      if (form == Form.TIMESTAMP) {
        number = DateTimeUtils.addMonths(left.number, months);
        nanos = left.nanos;
      } else {
        number = DateTimeUtils.addMonths((int) left.number, months);
      }
      return true;
    }
  }

  /** FLOOR and CEIL of a timestamp to seconds, minutes, hours or days. */
  static final class RoundToMillis extends Node {
    private final Node operand;
    private final long unitMillis;
    private final boolean up;

    RoundToMillis(LogicalType type, Node operand, long unitMillis, boolean up) {
      super(type);
      this.operand = operand;
      this.unitMillis = unitMillis;
      this.up = up;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      long value = up ? operand.number + unitMillis - 1 : operand.number;
      number = value - Math.floorMod(value, unitMillis);
      nanos = 0;
      return true;
    }
  }

  /** FLOOR and CEIL of a timestamp to weeks and longer. */
  static final class RoundToCalendar extends Node {
    private final Node operand;
    private final TimeUnitRange unit;
    private final boolean up;

    RoundToCalendar(LogicalType type, Node operand, TimeUnitRange unit, boolean up) {
      super(type);
      this.operand = operand;
      this.unit = unit;
      this.up = up;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      DateTimeUtils.TimeUnitRange range = DateTimeUtils.TimeUnitRange.valueOf(unit.name());
      number =
          up
              ? DateTimeUtils.unixTimestampCeil(range, operand.number)
              : DateTimeUtils.unixTimestampFloor(range, operand.number);
      nanos = 0;
      return true;
    }
  }

  /** EXTRACT of a calendar field, from a timestamp or a date. */
  static final class CalendarField extends Node {
    private final Node operand;
    private final DateTimeUtils.TimeUnitRange unit;

    CalendarField(LogicalType type, Node operand, TimeUnitRange unit) {
      super(type);
      this.operand = operand;
      this.unit = DateTimeUtils.TimeUnitRange.valueOf(unit.name());
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      long day = operand.form == Form.TIMESTAMP ? operand.number / DAY_MILLIS : operand.number;
      number = DateTimeUtils.extractFromDate(unit, day);
      return true;
    }
  }

  /** EXTRACT of hour, minute or second, from a timestamp. */
  static final class ClockField extends Node {
    private final Node operand;
    private final long cycleMillis;
    private final long unitMillis;

    ClockField(LogicalType type, Node operand, long cycleMillis, long unitMillis) {
      super(type);
      this.operand = operand;
      this.cycleMillis = cycleMillis;
      this.unitMillis = unitMillis;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = operand.number % cycleMillis / unitMillis;
      return true;
    }
  }

  /** CAST of a timestamp to a date. */
  static final class ToDate extends Node {
    private final Node operand;

    ToDate(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = (int) (operand.number / DAY_MILLIS);
      return true;
    }
  }

  /** CAST of a date to a timestamp. */
  static final class FromDate extends Node {
    private final Node operand;

    FromDate(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = operand.number * DAY_MILLIS;
      nanos = 0;
      return true;
    }
  }

  /**
   * CAST of a timestamp to fewer fractional digits. Flink 2.3 looks at how many digits the
   * nanoseconds have without their leading zeros, and so keeps {@code .000000100} in TIMESTAMP(3);
   * so do we.
   */
  static final class Truncate extends Node {
    private final Node operand;
    private final int precision;

    Truncate(LogicalType type, Node operand, int precision) {
      super(type);
      this.operand = operand;
      this.precision = precision;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = operand.number;
      nanos = operand.nanos;
      long nanoOfSecond = Math.floorMod(number, 1000L) * 1_000_000L + nanos;
      // Zero has one digit, which is more than none.
      long keptBelow = precision == 0 ? 0 : Numbers.POWERS_OF_TEN[precision];
      if (nanoOfSecond < keptBelow) {
        return true;
      }
      if (precision <= 3) {
        number -= number % Numbers.POWERS_OF_TEN[3 - precision];
        nanos = 0;
      } else {
        nanos -= (int) (nanos % Numbers.POWERS_OF_TEN[9 - precision]);
      }
      return true;
    }
  }
}
