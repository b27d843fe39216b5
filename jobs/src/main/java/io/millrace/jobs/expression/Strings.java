package io.millrace.jobs.expression;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.data.binary.BinaryStringDataUtil;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/** Functions of UTF-8 strings: in place where they are ASCII, by Flink's own code where not. */
final class Strings {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Strings() {}

  static boolean isAscii(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    for (; at <= end - 8; at += 8) {
      if (((long) LONGS.get(bytes, at) & HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; at < end; at++) {
      if (bytes[at] < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAscii(Node node) {
    return isAscii(node.buffer, node.offset, node.length);
  }

  static BinaryStringData string(Node node) {
    return BinaryStringData.fromBytes(node.buffer, node.offset, node.length);
  }

  /** Leaves a string in a node; false if it is null. */
  static boolean leave(Node node, @Nullable BinaryStringData value) {
    if (value == null) {
      return false;
    }
    byte[] bytes = value.toBytes();
    node.buffer = bytes;
    node.offset = 0;
    node.length = bytes.length;
    return true;
  }

  /** A function of strings that has room of its own for the result, reused and growing. */
  private abstract static class Building extends Node {
    private byte[] room = {};

    private Building(LogicalType type) {
      super(type);
    }

    byte[] room(int size) {
      if (room.length < size) {
        room = new byte[Math.max(size, room.length * 2)];
      }
      buffer = room;
      offset = 0;
      length = size;
      return room;
    }
  }

  /** UPPER and LOWER. */
  static final class ChangeCase extends Building {
    private final Node operand;
    private final boolean upper;

    ChangeCase(LogicalType type, Node operand, boolean upper) {
      super(type);
      this.operand = operand;
      this.upper = upper;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      if (!isAscii(operand)) {
        BinaryStringData text = string(operand);
        return leave(this, upper ? text.toUpperCase() : text.toLowerCase());
      }
      byte[] from = operand.buffer;
      int start = operand.offset;
      byte[] to = room(operand.length);
      byte first = (byte) (upper ? 'a' : 'A');
      for (int i = 0; i < length; i++) {
        byte b = from[start + i];
        to[i] = b >= first && b < first + 26 ? (byte) (b ^ 0x20) : b;
      }
      return true;
    }
  }

  /** TRIM of spaces, at either end or both. */
  static final class Trim extends Node {
    private final Node operand;
    private final boolean leading;
    private final boolean trailing;

    Trim(LogicalType type, Node operand, boolean leading, boolean trailing) {
      super(type);
      this.operand = operand;
      this.leading = leading;
      this.trailing = trailing;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      byte[] bytes = operand.buffer;
      int start = operand.offset;
      int end = start + operand.length;
      while (leading && start < end && bytes[start] == ' ') {
        start++;
      }
      while (trailing && start < end && bytes[end - 1] == ' ') {
        end--;
      }
      buffer = bytes;
      offset = start;
      length = end - start;
      return true;
    }
  }

  /** CHAR_LENGTH, in code points. */
  static final class CharLength extends Node {
    private final Node operand;

    CharLength(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = isAscii(operand) ? operand.length : string(operand).numChars();
      return true;
    }
  }

  /** SUBSTRING(text FROM position [FOR count]); NULL where the count is negative. */
  static final class Substring extends Node {
    private final Node text;
    private final Node position;
    private final @Nullable Node count;

    Substring(LogicalType type, Node text, Node position, @Nullable Node count) {
      super(type);
      this.text = text;
      this.position = position;
      this.count = count;
    }

    @Override
    boolean eval(RowData row) {
      boolean known = text.eval(row);
      known &= position.eval(row);
      if (count != null) {
        known &= count.eval(row);
      }
      if (!known) {
        return false;
      }
      int from = (int) position.number;
      int wanted = count == null ? Integer.MAX_VALUE : (int) count.number;
      if (!isAscii(text)) {
        return leave(this, BinaryStringDataUtil.substringSQL(string(text), from, wanted));
      }
      if (wanted < 0) {
        return false;
      }
      int chars = text.length;
      int start = from > 0 ? from - 1 : from < 0 ? chars + from : 0;
      if (start < 0 || start >= chars) {
        start = chars;
      }
      buffer = text.buffer;
      offset = text.offset + start;
      length = Math.min(wanted, chars - start);
      return true;
    }
  }

  /** CONCAT and ||: NULL if one of them is. */
  static final class Concat extends Building {
    private final Node[] operands;

    Concat(LogicalType type, Node[] operands) {
      super(type);
      this.operands = operands;
    }

    @Override
    boolean eval(RowData row) {
      boolean known = true;
      int size = 0;
      for (Node operand : operands) {
        known &= operand.eval(row);
        size += operand.length;
      }
      if (!known) {
        return false;
      }
      byte[] to = room(size);
      int at = 0;
      for (Node operand : operands) {
        System.arraycopy(operand.buffer, operand.offset, to, at, operand.length);
        at += operand.length;
      }
      return true;
    }
  }

  /** LIKE with a constant pattern that has wildcards at its ends only. */
  static final class Like extends Node {
    private final Node operand;
    private final byte[] part;
    private final boolean openStart;
    private final boolean openEnd;

    Like(LogicalType type, Node operand, String part, boolean openStart, boolean openEnd) {
      super(type);
      this.operand = operand;
      this.part = part.getBytes(StandardCharsets.UTF_8);
      this.openStart = openStart;
      this.openEnd = openEnd;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = matches() ? 1 : 0;
      return true;
    }

    private boolean matches() {
      int slack = operand.length - part.length;
      if (slack < 0) {
        return false;
      }
      if (!openStart) {
        return (openEnd || slack == 0) && isAt(0);
      }
      if (!openEnd) {
        return isAt(slack);
      }
      for (int i = 0; i <= slack; i++) {
        if (isAt(i)) {
          return true;
        }
      }
      return false;
    }

    private boolean isAt(int index) {
      int start = operand.offset + index;
      return Arrays.equals(operand.buffer, start, start + part.length, part, 0, part.length);
    }
  }

  /** CAST of BINARY and BYTES to STRING: what is not UTF-8 becomes U+FFFD. */
  static final class Decode extends Node {
    private final Node operand;

    Decode(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      buffer = operand.buffer;
      offset = operand.offset;
      length = operand.length;
      if (!isAscii(operand)) {
        String text = new String(buffer, offset, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
          buffer = text.getBytes(StandardCharsets.UTF_8);
          offset = 0;
          length = buffer.length;
        }
      }
      return true;
    }
  }
}
