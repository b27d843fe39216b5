package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.millrace.delta.row.FlatRow;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fast path: one pass over the bytes of a document, values straight into the row.
 *
 * <p>It never refuses a document. What it is not sure of, be it broken or only unusual, it gives
 * up; {@link StrictJsonReader} then starts anew and decides. So it has one duty: what it accepts,
 * the strict reader accepts with the same values.
 *
 * <p>Given up: escapes in field names, ROW, ARRAY, MAP and BINARY columns that hold a value,
 * numbers of more than 19 digits, integers written with a fraction or an exponent, unknown values
 * nested deeper than 63, and everything malformed.
 *
 * <p>Field names are guessed: a producer writes its fields in the same order again and again, so
 * the field that followed last time is compared first, without looking for the end of the name.
 *
 * <p>Not thread-safe.
 */
final class JsonScanner {
  /** What every method here answers where it gives up; otherwise it is the index to go on at. */
  private static final int GIVE_UP = -1;

  private static final int MAX_SKIPPED_DEPTH = 63;

  private final JsonColumn[] columns;

  /** For each column the one that followed it last time; the last entry is for the first field. */
  private final int[] followers;

  /** The number of the document in which a column was last seen. */
  private final long[] seenIn;

  private final Map<NameSlice, Integer> byName = new HashMap<>();
  private final NameSlice lookup = new NameSlice();
  private final JsonStrings strings = new JsonStrings();
  private long document;

  JsonScanner(List<JsonColumn> schema) {
    columns = schema.toArray(JsonColumn[]::new);
    followers = new int[columns.length + 1];
    seenIn = new long[columns.length];
    for (int i = 0; i < columns.length; i++) {
      followers[i] = Math.min(i + 1, columns.length - 1);
      if (columns[i].plainName) {
        byName.put(NameSlice.of(columns[i].quotedName), i);
      }
    }
  }

  /**
   * Reads one document into the row.
   *
   * @return whether it is certain to be well formed; if not, the row's content is undefined
   */
  boolean scan(byte[] b, int offset, int length, FlatRow row) {
    document++;
    strings.reset();
    int end = offset + length;
    int p = space(b, offset, end);
    if (p >= end || b[p] != '{') {
      return false;
    }
    p = space(b, p + 1, end);
    if (p >= end) {
      return false;
    }
    int seen = 0;
    if (b[p] == '}') {
      p++;
    } else {
      int previous = columns.length;
      while (true) {
        int column = guess(b, p, end, previous);
        if (column >= 0) {
          p += columns[column].quotedName.length;
        } else {
          int close = name(b, p, end);
          if (close < 0) {
            return false;
          }
          Integer known = byName.get(lookup.at(b, p, close));
          p = close;
          if (known != null) {
            column = known;
            followers[previous] = column;
          }
        }
        p = colon(b, p, end);
        if (p < 0) {
          return false;
        }
        if (column < 0) {
          p = skip(b, p, end);
        } else {
          if (seenIn[column] == document) {
            return false;
          }
          seenIn[column] = document;
          seen++;
          previous = column;
          p = value(b, p, end, columns[column], row);
        }
        if (p < 0) {
          return false;
        }
        p = space(b, p, end);
        if (p >= end) {
          return false;
        }
        byte c = b[p++];
        if (c == '}') {
          break;
        }
        if (c != ',') {
          return false;
        }
        p = space(b, p, end);
      }
    }
    if (space(b, p, end) != end) {
      return false;
    }
    return seen == columns.length || nullsForUnseen(row);
  }

  private boolean nullsForUnseen(FlatRow row) {
    for (int i = 0; i < columns.length; i++) {
      if (seenIn[i] != document) {
        if (!columns[i].nullable) {
          return false;
        }
        if (columns[i].target >= 0) {
          row.setNull(columns[i].target);
        }
      }
    }
    return true;
  }

  /** The column that is expected next if its name stands at {@code p}, or -1. */
  private int guess(byte[] b, int p, int end, int previous) {
    if (columns.length == 0) {
      return -1;
    }
    int column = followers[previous];
    JsonColumn guessed = columns[column];
    int after = p + guessed.quotedName.length;
    boolean hit =
        after <= end
            && guessed.plainName
            && Arrays.equals(b, p, after, guessed.quotedName, 0, guessed.quotedName.length);
    return hit ? column : -1;
  }

  /** Index after the closing quote of the name at {@code p}. */
  private static int name(byte[] b, int p, int end) {
    if (p >= end || b[p] != '"') {
      return GIVE_UP;
    }
    int close = JsonStrings.plain(b, p + 1, end);
    return close < 0 || b[close] != '"' ? GIVE_UP : close + 1;
  }

  /** Index of the value after the colon at {@code p}. */
  private static int colon(byte[] b, int p, int end) {
    if (p < end && b[p] != ':') {
      p = space(b, p, end);
    }
    if (p >= end || b[p] != ':') {
      return GIVE_UP;
    }
    p = space(b, p + 1, end);
    return p < end ? p : GIVE_UP;
  }

  /** Index of the first byte from {@code p} on that is no white space. */
  private static int space(byte[] b, int p, int end) {
    while (p < end) {
      byte c = b[p];
      if (c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
        return p;
      }
      p++;
    }
    return p;
  }

  private int value(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    if (b[p] == 'n') {
      if (!column.nullable) {
        return GIVE_UP;
      }
      if (column.target >= 0) {
        row.setNull(column.target);
      }
      return literal(b, p, end, "null");
    }
    return switch (column.kind) {
      case TEXT -> text(b, p, end, column, row);
      case INTEGER -> JsonNumbers.integer(b, p, end, column, row);
      case COMPACT_DECIMAL -> JsonNumbers.compactDecimal(b, p, end, column, row);
      case WIDE_DECIMAL -> JsonNumbers.wideDecimal(b, p, end, column, row);
      case DOUBLE -> JsonNumbers.float64(b, p, end, column, row);
      case FLOAT -> JsonNumbers.float32(b, p, end, column, row);
      case TIMESTAMP -> IsoTimes.timestamp(b, p, end, column, row);
      case DATE -> IsoTimes.date(b, p, end, column, row);
      case TIME -> IsoTimes.time(b, p, end, column, row);
      case BOOLEAN -> truth(b, p, end, column, row);
      case BINARY, ROW, ARRAY, MAP -> GIVE_UP;
    };
  }

  private static int truth(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    boolean is = b[p] == 't';
    if (column.target >= 0) {
      row.setBoolean(column.target, is);
    }
    return literal(b, p, end, is ? "true" : "false");
  }

  private int text(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    byte[] source = b;
    int from = p;
    int to;
    int next;
    if (b[p] == '"') {
      from = p + 1;
      to = JsonStrings.plain(b, from, end);
      if (to < 0) {
        return GIVE_UP;
      }
      next = to + 1;
      if (b[to] == '\\') {
        next = strings.unescape(b, from, to, end);
        if (next < 0) {
          return GIVE_UP;
        }
        source = strings.buffer();
        from = strings.from();
        to = strings.to();
      }
    } else {
      // Another JSON value: the text is what the document says.
      to = skip(b, p, end);
      if (to < 0) {
        return GIVE_UP;
      }
      next = to;
    }
    if (to - from > column.maxLength) {
      return GIVE_UP;
    }
    if (column.target >= 0) {
      row.setBytes(column.target, source, from, to - from);
    }
    return next;
  }

  private static int literal(byte[] b, int p, int end, String word) {
    if (end - p < word.length()) {
      return GIVE_UP;
    }
    for (int i = 0; i < word.length(); i++) {
      if (b[p + i] != word.charAt(i)) {
        return GIVE_UP;
      }
    }
    return p + word.length();
  }

  /** Index after the well-formed value at {@code p}, whatever it is. */
  private int skip(byte[] b, int p, int end) {
    long objects = 0; // one bit for each open bracket, 1 for an object; the innermost is bit 0
    int depth = 0;
    while (true) {
      if (p >= end) {
        return GIVE_UP;
      }
      byte c = b[p];
      boolean opened = false;
      if (c == '{' || c == '[') {
        if (++depth > MAX_SKIPPED_DEPTH) {
          return GIVE_UP;
        }
        objects = objects << 1 | (c == '{' ? 1 : 0);
        p = space(b, p + 1, end);
        opened = true;
      } else {
        p = skipScalar(b, p, end);
        if (p < 0) {
          return GIVE_UP;
        }
      }
      // A value begins next, or brackets close.
      while (true) {
        if (depth == 0) {
          return p;
        }
        if (!opened) {
          p = space(b, p, end);
        }
        if (p >= end) {
          return GIVE_UP;
        }
        boolean object = (objects & 1) == 1;
        if (b[p] == (object ? '}' : ']')) {
          p++;
          objects >>>= 1;
          depth--;
          opened = false;
          continue;
        }
        if (!opened) {
          if (b[p] != ',') {
            return GIVE_UP;
          }
          p = space(b, p + 1, end);
        }
        if (object) {
          p = name(b, p, end);
          if (p < 0) {
            return GIVE_UP;
          }
          p = colon(b, p, end);
          if (p < 0) {
            return GIVE_UP;
          }
        }
        break;
      }
    }
  }

  private int skipScalar(byte[] b, int p, int end) {
    switch (b[p]) {
      case '"':
        int close = JsonStrings.plain(b, p + 1, end);
        if (close < 0) {
          return GIVE_UP;
        }
        return b[close] == '"' ? close + 1 : strings.unescape(b, p + 1, close, end);
      case 't':
        return literal(b, p, end, "true");
      case 'f':
        return literal(b, p, end, "false");
      case 'n':
        return literal(b, p, end, "null");
      default:
        return JsonNumbers.skip(b, p, end);
    }
  }

  /** A name between quotes, somewhere in a document: a key that costs no object to look up. */
  private static final class NameSlice {
    private byte[] bytes = new byte[0];
    private int from;
    private int to;

    static NameSlice of(byte[] name) {
      return new NameSlice().at(name, 0, name.length);
    }

    NameSlice at(byte[] source, int begin, int end) {
      bytes = source;
      from = begin;
      to = end;
      return this;
    }

    @Override
    public int hashCode() {
      int hash = 0;
      for (int i = from; i < to; i++) {
        hash = 31 * hash + bytes[i];
      }
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof NameSlice that
          && Arrays.equals(bytes, from, to, that.bytes, that.from, that.to);
    }

    @Override
    public String toString() {
      return new String(bytes, from, to - from, ISO_8859_1);
    }
  }
}
