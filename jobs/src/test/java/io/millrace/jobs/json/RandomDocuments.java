package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.jspecify.annotations.Nullable;

/** Seeded documents of {@link #SCHEMA} with the values that they mean, and ways to break them. */
final class RandomDocuments {
  static final RowType SCHEMA =
      RowType.of(
          new LogicalType[] {
            new BooleanType(),
            new TinyIntType(),
            new SmallIntType(),
            new IntType(),
            new BigIntType(),
            new FloatType(),
            new DoubleType(),
            new DecimalType(10, 2),
            new DecimalType(18, 18),
            new DecimalType(38, 10),
            VarCharType.STRING_TYPE,
            new VarCharType(5),
            new DateType(),
            new TimeType(3),
            new TimestampType(3),
            new TimestampType(9),
            new LocalZonedTimestampType(6),
            new VarBinaryType(VarBinaryType.MAX_LENGTH)
          },
          new String[] {
            "truth",
            "tiny",
            "small",
            "int",
            "big",
            "float",
            "double",
            "money",
            "ratio",
            "wide",
            "text",
            "short text",
            "day",
            "time",
            "ts",
            "précis",
            "ltz",
            "bytes"
          });

  private static final String[] WORDS = {
    "",
    "a",
    "gift wrap",
    "leave at door",
    "naïve",
    "数据湖",
    "🦀 crab",
    "exactly 8",
    "\u0000",
    "\"q\"",
    "back\\slash",
    "tab\tline\n",
    "\u007f\u0080\u07ff\u0800\uffff",
    "long ".repeat(40),
    "/",
    "null"
  };
  private static final String FRAGMENTS = "{}[]\",:\\tfnu0123456789-+.eE \t\nx/\u0000é";

  private final SplittableRandom random;
  private final boolean plain;

  /**
   * @param plain whether to leave out all that the fast path gives up
   */
  RandomDocuments(long seed, boolean plain) {
    random = new SplittableRandom(seed);
    this.plain = plain;
  }

  /** A well-formed document and the row that it means. */
  record Document(byte[] bytes, FlatRow row) {}

  Document next() {
    @Nullable Object[] values = new Object[SCHEMA.getFieldCount()];
    List<String> members = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      int fate = random.nextInt(10);
      if (fate == 0) {
        continue;
      }
      String[] text = new String[1];
      if (fate == 1 || (plain && SCHEMA.getFieldNames().get(i).equals("bytes"))) {
        text[0] = "null";
      } else {
        values[i] = value(SCHEMA.getFieldNames().get(i), text);
      }
      members.add(quoted(SCHEMA.getFieldNames().get(i)) + gap() + ":" + gap() + text[0]);
    }
    if (random.nextInt(3) == 0) {
      members.add(quoted("other") + ":" + anything(0));
    }
    if (random.nextInt(3) == 0) {
      members.add(quoted(SCHEMA.getFieldNames().get(0) + "x") + " : " + anything(0));
    }
    if (random.nextInt(4) == 0) {
      shuffle(members);
    }
    String document =
        gap() + "{" + gap() + String.join(gap() + "," + gap(), members) + gap() + "}" + gap();
    return new Document(document.getBytes(UTF_8), FlatRows.of(SCHEMA, values));
  }

  private Object value(String field, String[] text) {
    switch (field) {
      case "truth":
        boolean truth = random.nextBoolean();
        text[0] = String.valueOf(truth);
        return truth;
      case "tiny":
        return (byte) integer((byte) random.nextInt(), text);
      case "small":
        return (short) integer((short) random.nextInt(), text);
      case "int":
        return (int) integer(random.nextInt(), text);
      case "big":
        long[] edges = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 999_999_999_999_999_999L};
        long any = random.nextLong() >> random.nextInt(64);
        return integer(random.nextInt(5) == 0 ? edges[random.nextInt(edges.length)] : any, text);
      case "float":
        float small = (float) ((random.nextInt(2_000_001) - 1_000_000) / 1000.0);
        float number = random.nextBoolean() ? small : Float.intBitsToFloat(random.nextInt());
        number = Float.isFinite(number) ? number : 0;
        text[0] = Float.toString(number);
        return number;
      case "double":
        double large = Double.longBitsToDouble(random.nextLong());
        double value =
            random.nextBoolean() || !Double.isFinite(large)
                ? (random.nextInt(2_000_001) - 1_000_000) / 1000.0
                : large;
        text[0] = Double.toString(value);
        return value;
      case "money":
        return decimal(random.nextInt(7), 8, 10, 2, text);
      case "ratio":
        return decimal(random.nextInt(plain ? 19 : 22), 0, 18, 18, text);
      case "wide":
        return decimal(random.nextInt(14), 28, 38, 10, text);
      case "text", "short text":
        String word = WORDS[random.nextInt(WORDS.length)];
        if (field.equals("short text")) {
          word =
              word.substring(
                  0,
                  word.offsetByCodePoints(0, Math.min(5, word.codePointCount(0, word.length()))));
          if (plain && word.getBytes(UTF_8).length > 5) {
            word = "five5";
          }
        } else if (random.nextInt(6) == 0) {
          text[0] = anything(0);
          if (!text[0].startsWith("\"") && !text[0].equals("null")) {
            return StringData.fromString(text[0]);
          }
        }
        text[0] = quoted(word);
        return StringData.fromString(word);
      case "bytes":
        byte[] bytes = new byte[random.nextInt(12)];
        random.nextBytes(bytes);
        text[0] = quoted(Base64.getEncoder().encodeToString(bytes));
        return bytes;
      case "day":
        LocalDate day = dateTime().toLocalDate();
        text[0] = quoted(day.toString());
        return (int) day.toEpochDay();
      case "time":
        LocalDateTime of = dateTime();
        String withNanos = of.toLocalTime().toString();
        text[0] = quoted(withNanos);
        return (int) (of.toLocalTime().toNanoOfDay() / 1_000_000);
      default:
        return timestamp(field.equals("ts") ? 3 : field.equals("ltz") ? 6 : 9, text);
    }
  }

  private long integer(long value, String[] text) {
    text[0] = String.valueOf(value);
    if (!plain && random.nextInt(8) == 0) {
      text[0] =
          random.nextBoolean()
              ? value + ".0"
              : new BigDecimal(value).movePointLeft(3).toString() + "E3";
    }
    return value;
  }

  private Object decimal(int fraction, int whole, int precision, int scale, String[] text) {
    StringBuilder digits = new StringBuilder();
    int wholeDigits = whole == 0 ? 0 : random.nextInt(plain && precision <= 18 ? 7 : whole);
    for (int i = 0; i < wholeDigits; i++) {
      digits.append((char) ('0' + (i == 0 ? 1 + random.nextInt(9) : random.nextInt(10))));
    }
    if (wholeDigits == 0) {
      digits.append('0');
    }
    if (fraction > 0) {
      digits.append('.');
      for (int i = 0; i < fraction; i++) {
        // A nine first could round up to a digit too many.
        digits.append((char) ('0' + random.nextInt(i == 0 ? 9 : 10)));
      }
    }
    String number = (random.nextInt(4) == 0 ? "-" : "") + digits;
    BigDecimal exact = new BigDecimal(number);
    text[0] =
        !plain && random.nextInt(6) == 0 ? exact.movePointLeft(5).toPlainString() + "e+5" : number;
    return DecimalData.fromBigDecimal(
        exact.setScale(scale, RoundingMode.HALF_UP), precision, scale);
  }

  private LocalDateTime dateTime() {
    long min = Instant.parse("0001-01-03T00:00:00Z").getEpochSecond();
    long max = Instant.parse("9999-12-30T00:00:00Z").getEpochSecond();
    long second =
        random.nextBoolean() ? random.nextLong(min, max) : random.nextLong(0, 2_000_000_000L);
    int[] nanos = {0, 1_000_000 * random.nextInt(1000), random.nextInt(1_000_000_000)};
    return LocalDateTime.ofEpochSecond(second, nanos[random.nextInt(3)], ZoneOffset.UTC);
  }

  private Object timestamp(int precision, String[] text) {
    LocalDateTime utc = dateTime();
    String[] zones = {"", "Z", "+00:00", "-00:00", "+02", "-0730", "+18:00", "-18:00", "+05:45"};
    String zone = zones[random.nextInt(zones.length)];
    ZoneOffset offset =
        zone.isEmpty() ? ZoneOffset.UTC : ZoneOffset.of(zone.equals("-0730") ? "-07:30" : zone);
    String local =
        utc.atOffset(ZoneOffset.UTC).withOffsetSameInstant(offset).toLocalDateTime().toString();
    text[0] = quoted((random.nextBoolean() ? local : local.replace('T', ' ')) + zone);
    int unit = (int) Math.pow(10, 9 - precision);
    return TimestampData.fromLocalDateTime(utc.withNano(utc.getNano() - utc.getNano() % unit));
  }

  /** Any well-formed value. */
  String anything(int depth) {
    switch (random.nextInt(depth > 4 ? 5 : 7)) {
      case 0:
        return "null";
      case 1:
        return random.nextBoolean() ? "true" : "false";
      case 2:
        return String.valueOf(random.nextInt());
      case 3:
        return random.nextInt(100) + "." + random.nextInt(1000) + "e-" + random.nextInt(400);
      case 4:
        return quoted(WORDS[random.nextInt(WORDS.length)]);
      case 5:
        List<String> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          items.add(anything(depth + 1));
        }
        return "[" + gap() + String.join(gap() + "," + gap(), items) + gap() + "]";
      default:
        List<String> members = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          members.add("\"k" + random.nextInt(3) + "\"" + gap() + ":" + gap() + anything(depth + 1));
        }
        return "{" + gap() + String.join(gap() + "," + gap(), members) + gap() + "}";
    }
  }

  /** The text as a JSON string, with escapes where it must and, unless plain, where it may. */
  private String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    boolean eager = !plain && random.nextInt(4) == 0;
    text.codePoints().forEach(c -> json.append(spelled(c, eager && random.nextInt(3) == 0)));
    return json.append('"').toString();
  }

  private String spelled(int codePoint, boolean escaped) {
    String plainly = Character.toString(codePoint);
    if (escaped || codePoint < ' ') {
      if (codePoint == '\n' && random.nextBoolean()) {
        return "\\n";
      }
      HexFormat hex = random.nextBoolean() ? HexFormat.of() : HexFormat.of().withUpperCase();
      StringBuilder units = new StringBuilder();
      for (char unit : plainly.toCharArray()) {
        units.append("\\u").append(hex.toHexDigits(unit));
      }
      return units.toString();
    }
    return switch (codePoint) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '/' -> random.nextBoolean() ? "\\/" : "/";
      default -> plainly;
    };
  }

  private String gap() {
    return switch (random.nextInt(12)) {
      case 0 -> " ";
      case 1 -> "\n\t";
      case 2 -> "\r\n  ";
      default -> "";
    };
  }

  private void shuffle(List<String> members) {
    for (int i = members.size() - 1; i > 0; i--) {
      Collections.swap(members, i, random.nextInt(i + 1));
    }
  }

  /** The document with one to four things done to it that may or may not break it. */
  byte[] mutated(byte[] document) {
    byte[] bytes = document;
    for (int n = 1 + random.nextInt(4); n > 0 && bytes.length > 0; n--) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> replaced(bytes, at, 1, new byte[0]);
            case 1 -> replaced(bytes, at, 1, new byte[] {(byte) random.nextInt(256)});
            case 2 -> replaced(bytes, at, 0, fragment());
            case 3 -> replaced(bytes, at, 1, fragment());
            default -> {
              int length = Math.min(random.nextInt(20), bytes.length - at);
              byte[] piece = Arrays.copyOfRange(bytes, at, at + length);
              yield replaced(bytes, random.nextInt(bytes.length), 0, piece);
            }
          };
    }
    return bytes;
  }

  byte[] noise() {
    byte[] bytes = new byte[random.nextInt(40)];
    if (random.nextBoolean()) {
      random.nextBytes(bytes);
      return bytes;
    }
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "{\"big\":" : "");
    for (int i = random.nextInt(30); i > 0; i--) {
      text.append(FRAGMENTS.charAt(random.nextInt(FRAGMENTS.length())));
    }
    return text.toString().getBytes(UTF_8);
  }

  private byte[] fragment() {
    int at = random.nextInt(FRAGMENTS.length());
    return FRAGMENTS.substring(at, at + 1).getBytes(UTF_8);
  }

  private static byte[] replaced(byte[] bytes, int at, int count, byte[] by) {
    byte[] result = new byte[bytes.length - count + by.length];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(by, 0, result, at, by.length);
    System.arraycopy(bytes, at + count, result, at + by.length, bytes.length - at - count);
    return result;
  }
}
