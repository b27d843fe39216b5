package io.millrace.delta.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A file's statistics as Delta's log wants them, from the file's own footer: {@code numRecords},
 * and {@code minValues}, {@code maxValues}, {@code nullCount} of the first columns, structs as
 * nested objects.
 *
 * <p>A value that would make a reader skip rows it should see is left out: bounds of a column with
 * a NaN, infinities, years that have no four digits, text that is not UTF-8. Timestamps have
 * milliseconds there, so that a maximum is rounded up.
 */
final class FileStatistics {
  /** Delta's default of {@code delta.dataSkippingNumIndexedCols}. */
  static final int DEFAULT_COLUMNS = 32;

  private static final int PREFIX = 32;
  private static final int ASCII_MAX = 0x7F;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
  private static final LocalDate FIRST_DATE = LocalDate.of(1, 1, 1);
  private static final LocalDate LAST_DATE = LocalDate.of(9999, 12, 31);

  private final RowType rowType;
  private final int columns;
  private final Map<String, Statistics<?>> leaves = new HashMap<>();
  private final Map<String, long[]> nullCounts;
  private int left;

  private FileStatistics(
      ParquetMetadata footer, RowType rowType, Map<String, long[]> nullCounts, int columns) {
    this.rowType = rowType;
    this.nullCounts = nullCounts;
    this.columns = columns;
    for (BlockMetaData block : footer.getBlocks()) {
      for (ColumnChunkMetaData column : block.getColumns()) {
        leaves.merge(
            column.getPath().toDotString(), column.getStatistics(), FileStatistics::merged);
      }
    }
  }

  private static Statistics<?> merged(Statistics<?> first, Statistics<?> second) {
    Statistics<?> both = first.copy();
    both.mergeStatistics(second);
    return both;
  }

  /**
   * @param nullCounts nulls of arrays and maps by column, which the footer does not know
   * @param columns how many leaf columns get statistics; -1 for all
   */
  static String json(
      ParquetMetadata footer,
      RowType rowType,
      Map<String, long[]> nullCounts,
      int columns,
      long records) {
    return new FileStatistics(footer, rowType, nullCounts, columns).json(records);
  }

  private String json(long records) {
    var text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("numRecords", records);
      for (Part part : Part.values()) {
        left = columns < 0 ? Integer.MAX_VALUE : columns;
        json.writeObjectFieldStart(part.field);
        fields(json, part, rowType, "");
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a string writer failed", e);
    }
    return text.toString();
  }

  private enum Part {
    MIN("minValues"),
    MAX("maxValues"),
    NULLS("nullCount");

    private final String field;

    Part(String field) {
      this.field = field;
    }
  }

  private void fields(JsonGenerator json, Part part, RowType type, String parent)
      throws IOException {
    List<RowType.RowField> fields = type.getFields();
    for (int i = 0; i < fields.size() && left > 0; i++) {
      String name = fields.get(i).getName();
      String path = parent + name;
      LogicalType fieldType = fields.get(i).getType();
      if (fieldType instanceof RowType nested) {
        json.writeObjectFieldStart(name);
        fields(json, part, nested, path + ".");
        json.writeEndObject();
        continue;
      }
      left--;
      if (part == Part.NULLS) {
        Long nulls = nulls(fieldType, path, parent.isEmpty());
        if (nulls != null) {
          json.writeNumberField(name, nulls);
        }
      } else {
        bound(json, name, bound(part, fieldType, leaves.get(path)));
      }
    }
  }

  private static void bound(JsonGenerator json, String name, @Nullable Object bound)
      throws IOException {
    if (bound instanceof String text) {
      json.writeStringField(name, text);
    } else if (bound instanceof BigDecimal decimal) {
      json.writeNumberField(name, decimal);
    } else if (bound instanceof Float number) {
      json.writeNumberField(name, number);
    } else if (bound instanceof Double number) {
      json.writeNumberField(name, number);
    } else if (bound instanceof Number number) {
      json.writeNumberField(name, number.longValue());
    }
  }

  private @Nullable Long nulls(LogicalType type, String path, boolean topLevel) {
    if (type.is(LogicalTypeRoot.ARRAY) || type.is(LogicalTypeRoot.MAP)) {
      // Inside a struct the nulls of the struct would have to be counted as well.
      long[] count = topLevel ? nullCounts.get(path) : null;
      return count == null ? null : count[0];
    }
    Statistics<?> leaf = leaves.get(path);
    return leaf == null || !leaf.isNumNullsSet() ? null : leaf.getNumNulls();
  }

  /** A string, a number, or null if there is no safe bound. */
  private static @Nullable Object bound(
      Part part, LogicalType type, @Nullable Statistics<?> statistics) {
    if (statistics == null || !statistics.hasNonNullValue()) {
      return null;
    }
    Object value = part == Part.MIN ? statistics.genericGetMin() : statistics.genericGetMax();
    return switch (type.getTypeRoot()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> value;
      case FLOAT, DOUBLE ->
          finite(statistics.genericGetMin()) && finite(statistics.genericGetMax()) ? value : null;
      case DECIMAL -> decimal(value, ((DecimalType) type).getScale());
      case DATE -> date((Integer) value);
      case TIMESTAMP_WITHOUT_TIME_ZONE -> timestamp(part, (Long) value, "");
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(part, (Long) value, "Z");
      case CHAR, VARCHAR -> string(part, (Binary) value);
      default -> null;
    };
  }

  private static boolean finite(Object value) {
    // NaN is the greatest value of parquet-java's order, so that it shows as the maximum.
    return Double.isFinite(((Number) value).doubleValue());
  }

  private static BigDecimal decimal(Object value, int scale) {
    return value instanceof Binary binary
        ? new BigDecimal(new BigInteger(binary.getBytes()), scale)
        : BigDecimal.valueOf(((Number) value).longValue(), scale);
  }

  private static @Nullable String date(int days) {
    LocalDate date = LocalDate.ofEpochDay(days);
    return date.isBefore(FIRST_DATE) || date.isAfter(LAST_DATE) ? null : date.toString();
  }

  private static @Nullable String timestamp(Part part, long micros, String zone) {
    long millis = part == Part.MAX ? -Math.floorDiv(-micros, 1000L) : Math.floorDiv(micros, 1000L);
    Instant instant = Instant.ofEpochMilli(millis);
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(millis, 86_400_000L));
    return date.isBefore(FIRST_DATE) || date.isAfter(LAST_DATE)
        ? null
        : MILLIS.format(instant) + zone;
  }

  private static @Nullable String string(Part part, Binary value) {
    String text;
    try {
      ByteBuffer bytes = value.toByteBuffer();
      text = UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException notText) {
      return null;
    }
    return part == Part.MIN ? shortMinimum(text) : shortMaximum(text);
  }

  static String shortMinimum(String text) {
    return text.codePointCount(0, text.length()) <= PREFIX
        ? text
        : text.substring(0, text.offsetByCodePoints(0, PREFIX));
  }

  /**
   * A short string that no value exceeds: the prefix and a character above the one cut off, as
   * Delta's own StatisticsCollection.truncateMaxStringAgg does it. The whole string if every
   * further character is the greatest there is.
   */
  static String shortMaximum(String text) {
    if (text.codePointCount(0, text.length()) <= PREFIX) {
      return text;
    }
    int end = text.offsetByCodePoints(0, PREFIX);
    while (end < text.length()) {
      int cut = text.codePointAt(end);
      if (cut < ASCII_MAX) {
        return text.substring(0, end) + (char) ASCII_MAX;
      }
      if (cut < Character.MAX_CODE_POINT) {
        return text.substring(0, end) + Character.toString(Character.MAX_CODE_POINT);
      }
      end += Character.charCount(cut);
    }
    return text;
  }
}
