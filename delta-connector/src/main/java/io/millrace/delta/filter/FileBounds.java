package io.millrace.delta.filter;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.delta.filter.Bounds.Nulls;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of a file's columns: of partition columns exactly, of others by the log's statistics.
 * Those stay true of a file with deleted rows, since they then bound more than what is left.
 */
public final class FileBounds implements Bounds.Source {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final Map<String, @Nullable String> partitionValues;
  private final Optional<String> stats;
  private @Nullable JsonNode parsed;

  /**
   * @param stats as the log has them; unreadable ones tell nothing
   */
  public FileBounds(Map<String, @Nullable String> partitionValues, Optional<String> stats) {
    this.partitionValues = partitionValues;
    this.stats = stats;
  }

  @Override
  public Bounds of(ColumnRef column) {
    String first = column.path().get(0);
    if (column.path().size() == 1 && partitionValues.containsKey(first)) {
      return ofPartition(partitionValues.get(first), column);
    }
    if (stats.isEmpty()) {
      return Bounds.UNKNOWN;
    }
    JsonNode all = parsed();
    Nulls nulls = nulls(all, at(all.path("nullCount"), column));
    if (nulls == Nulls.ALL) {
      return Bounds.NULL;
    }
    return new Bounds(
        FilterValues.ofJson(at(all.path("minValues"), column), column.type(), false),
        FilterValues.ofJson(at(all.path("maxValues"), column), column.type(), true),
        nulls);
  }

  /** How many rows of the file, deleted ones included, have NULL; empty if that is not known. */
  public OptionalLong nullCount(ColumnRef column) {
    JsonNode count = at(parsed().path("nullCount"), column);
    return count.isIntegralNumber() && count.canConvertToLong()
        ? OptionalLong.of(count.longValue())
        : OptionalLong.empty();
  }

  /**
   * True if minimum and maximum are values that the file has, and rows deleted since are none of
   * them. Then the file has no deletion vector, or its statistics say that they were made with it.
   */
  public boolean tight(boolean hasDeletionVector) {
    return parsed().path("tightBounds").asBoolean(!hasDeletionVector);
  }

  private static Bounds ofPartition(@Nullable String text, ColumnRef column) {
    // An empty string is how a partition of NULL is sometimes written.
    if (text == null || text.isEmpty()) {
      return Bounds.NULL;
    }
    Comparable<?> value = FilterValues.ofText(text, column.type());
    return value == null ? Bounds.UNKNOWN : Bounds.exactly(value);
  }

  private static Nulls nulls(JsonNode all, JsonNode count) {
    JsonNode records = all.path("numRecords");
    if (!count.isIntegralNumber()) {
      return Nulls.UNKNOWN;
    }
    if (count.asLong() == 0) {
      return Nulls.NONE;
    }
    return records.isIntegralNumber() && records.asLong() == count.asLong()
        ? Nulls.ALL
        : Nulls.SOME;
  }

  private static JsonNode at(JsonNode part, ColumnRef column) {
    JsonNode node = part;
    for (String name : column.path()) {
      node = node.path(name);
    }
    return node;
  }

  private JsonNode parsed() {
    JsonNode known = parsed;
    if (known == null) {
      try {
        known = JSON.readTree(stats.orElse("{}"));
      } catch (IOException e) {
        known = MissingNode.getInstance();
      }
      parsed = known;
    }
    return known;
  }
}
