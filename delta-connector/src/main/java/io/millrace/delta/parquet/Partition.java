package io.millrace.delta.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a table: its values as the log has them, and its folder.
 *
 * @param folder relative to the table's, ending in a slash: {@code day=2026-11-22/}; empty for a
 *     table without partitions
 * @param values by column; as text in the way of the Delta protocol, null for NULL
 */
public record Partition(String folder, Map<String, @Nullable String> values) {
  /** The one partition of a table that has no partition columns. */
  public static final Partition NONE = new Partition("", Map.of());

  private static final String NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";

  /** Names that are longer cannot be made on most file systems; a name tells no reader anything. */
  private static final int NAME_BYTES_MAX = 200;

  private static final int NAME_CHARS_KEPT = 40;

  /** As Spark's ExternalCatalogUtils and Hive's FileUtils have it. */
  private static final BitSet ESCAPED = escaped();

  public Partition {
    requireNonNull(folder, "folder is null");
    requireNonNull(values, "values is null");
  }

  private static BitSet escaped() {
    BitSet escaped = new BitSet(128);
    escaped.set(0, 0x20);
    "\"#%'*/:=?\\{[]^\u007F".chars().forEach(escaped::set);
    return escaped;
  }

  /**
   * The partition of some values.
   *
   * @param columns in layout order
   * @param values of each column
   */
  public static Partition of(List<String> columns, Map<String, @Nullable String> values) {
    if (columns.isEmpty()) {
      return NONE;
    }
    StringBuilder folder = new StringBuilder();
    Map<String, @Nullable String> ordered = new LinkedHashMap<>();
    for (String column : columns) {
      String value = values.get(column);
      ordered.put(column, value);
      String name = escape(column) + "=" + (value == null ? NULL_FOLDER : escape(value));
      folder.append(shortened(name)).append('/');
    }
    return new Partition(folder.toString(), Collections.unmodifiableMap(ordered));
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (ESCAPED.get(c)) {
        escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static String shortened(String name) {
    if (name.getBytes(UTF_8).length <= NAME_BYTES_MAX) {
      return name;
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
      int kept =
          Character.isHighSurrogate(name.charAt(NAME_CHARS_KEPT - 1))
              ? NAME_CHARS_KEPT - 1
              : NAME_CHARS_KEPT;
      return name.substring(0, kept) + "~" + HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
