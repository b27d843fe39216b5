package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Something about a table that is changed, and none of its rows. */
public sealed interface TableAlteration {
  /** What {@code DESCRIBE HISTORY} calls it. */
  String operation();

  /** Details of the operation; values as JSON texts, as delta-spark has them. */
  Map<String, String> parameters();

  /**
   * What the table is then.
   *
   * @throws MillraceException SCHEMA_CHANGED, PROPERTY_INVALID, SQL_UNSUPPORTED: it cannot be
   */
  Metadata apply(String table, Metadata metadata);

  /**
   * A column that is new and empty.
   *
   * @param type nullable
   * @param after the column before it; empty text for the first place, absent for the last
   */
  record NewColumn(
      String name, LogicalType type, Optional<String> comment, Optional<String> after) {
    public NewColumn {
      requireNonNull(name, "name is null");
      requireNonNull(type, "type is null");
      requireNonNull(comment, "comment is null");
      requireNonNull(after, "after is null");
    }
  }

  /** New columns, which are NULL in rows that are there. */
  record AddColumns(List<NewColumn> columns) implements TableAlteration {
    public AddColumns {
      columns = List.copyOf(columns);
    }

    @Override
    public String operation() {
      return "ADD COLUMNS";
    }

    @Override
    public Map<String, String> parameters() {
      List<Map<String, Object>> added = new ArrayList<>();
      for (NewColumn column : columns) {
        Map<String, Object> described = new TreeMap<>();
        described.put("name", column.name());
        described.put("type", delta(column).getDataType().toString());
        column.after().ifPresent(after -> described.put("position", after));
        added.add(Map.of("column", described));
      }
      return Map.of("columns", JsonTexts.quoted(added));
    }

    private static StructField delta(NewColumn column) {
      StructField field =
          DeltaTypes.toDelta(
                  RowType.of(
                      new LogicalType[] {column.type().copy(true)}, new String[] {column.name()}))
              .at(0);
      return column.comment().map(text -> TableComments.with(field, text)).orElse(field);
    }

    @Override
    public Metadata apply(String table, Metadata metadata) {
      List<StructField> fields = new ArrayList<>(metadata.getSchema().fields());
      for (NewColumn column : columns) {
        if (!column.type().isNullable()) {
          throw new MillraceException(
              ErrorCode.SQL_UNSUPPORTED,
              "column %s is to be NOT NULL, and rows of table %s have no value of it"
                  .formatted(column.name(), table),
              "add it without NOT NULL");
        }
        if (indexOf(fields, column.name()) >= 0) {
          throw new MillraceException(
              ErrorCode.SCHEMA_CHANGED,
              "table %s has a column %s already".formatted(table, column.name()),
              "choose another name; names that differ in case only are the same");
        }
        fields.add(place(table, fields, column), delta(column));
      }
      Metadata next = metadata.withNewSchema(new StructType(fields));
      // New columns of a table that maps names get an id and a physical name.
      return ColumnMapping.updateColumnMappingMetadataIfNeeded(next, false).orElse(next);
    }

    private static int place(String table, List<StructField> fields, NewColumn column) {
      if (column.after().isEmpty()) {
        return fields.size();
      }
      String after = column.after().get();
      if (after.isEmpty()) {
        return 0;
      }
      int index = indexOf(fields, after);
      if (index < 0) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "table %s has no column %s".formatted(table, after),
            "name one of " + String.join(", ", fields.stream().map(StructField::getName).toList()));
      }
      return index + 1;
    }

    private static int indexOf(List<StructField> fields, String name) {
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).getName().equalsIgnoreCase(name)) {
          return i;
        }
      }
      return -1;
    }
  }

  /** What is said of a column. */
  record CommentColumn(String column, String comment) implements TableAlteration {
    public CommentColumn {
      requireNonNull(column, "column is null");
      requireNonNull(comment, "comment is null");
    }

    @Override
    public String operation() {
      return "CHANGE COLUMN";
    }

    @Override
    public Map<String, String> parameters() {
      return Map.of("column", JsonTexts.quoted(Map.of("name", column, "comment", comment)));
    }

    @Override
    public Metadata apply(String table, Metadata metadata) {
      return metadata.withNewSchema(
          new TableComments(Optional.empty(), Map.of(column, comment)).on(metadata.getSchema()));
    }
  }

  /** Table properties, and its description under the name {@value #DESCRIPTION}. */
  record SetProperties(Map<String, String> properties) implements TableAlteration {
    public SetProperties {
      properties = new TreeMap<>(properties);
    }

    @Override
    public String operation() {
      return "SET TBLPROPERTIES";
    }

    @Override
    public Map<String, String> parameters() {
      return Map.of("properties", JsonTexts.quoted(properties));
    }

    @Override
    public Metadata apply(String table, Metadata metadata) {
      Map<String, String> plain = new TreeMap<>(properties);
      String description = plain.remove(DESCRIPTION);
      for (Map.Entry<String, String> property : plain.entrySet()) {
        requireAlterable(table, property.getKey());
      }
      Map<String, String> normalized = normalized(table, plain);
      Metadata next = described(metadata, description == null ? null : Optional.of(description));
      next = next.withMergedConfiguration(normalized);
      requireKnownMapping(table, metadata, next);
      return ColumnMapping.updateColumnMappingMetadataIfNeeded(next, false).orElse(next);
    }

    private static Map<String, String> normalized(String table, Map<String, String> properties) {
      Map<String, String> normalized = new TreeMap<>();
      for (Map.Entry<String, String> property : properties.entrySet()) {
        if (property.getKey().equals(IsolationLevel.PROPERTY)) {
          normalized.put(property.getKey(), IsolationLevel.normalized(table, property.getValue()));
          continue;
        }
        if (KNOWN_TO_US.contains(property.getKey())) {
          normalized.put(property.getKey(), property.getValue());
          continue;
        }
        try {
          normalized.putAll(
              TableConfig.validateAndNormalizeDeltaProperties(Map.ofEntries(property)));
        } catch (KernelException | IllegalArgumentException e) {
          throw new MillraceException(
              ErrorCode.PROPERTY_INVALID,
              "property %s of table %s cannot be '%s': %s"
                  .formatted(property.getKey(), table, property.getValue(), e.getMessage()),
              "correct or leave out the table property",
              e);
        }
      }
      return normalized;
    }

    private static void requireKnownMapping(String table, Metadata before, Metadata after) {
      ColumnMapping.ColumnMappingMode from =
          ColumnMapping.getColumnMappingMode(before.getConfiguration());
      ColumnMapping.ColumnMappingMode to =
          ColumnMapping.getColumnMappingMode(after.getConfiguration());
      boolean allowed =
          from == to
              || (from == ColumnMapping.ColumnMappingMode.NONE
                  && to == ColumnMapping.ColumnMappingMode.NAME);
      if (!allowed) {
        throw new MillraceException(
            ErrorCode.PROPERTY_INVALID,
            "table %s maps its columns by '%s' and cannot by '%s'".formatted(table, from, to),
            "write its rows to a new table");
      }
    }
  }

  /** Properties that are as if never set, and the description under {@value #DESCRIPTION}. */
  record UnsetProperties(Set<String> properties) implements TableAlteration {
    public UnsetProperties {
      properties = new TreeSet<>(properties);
    }

    @Override
    public String operation() {
      return "UNSET TBLPROPERTIES";
    }

    @Override
    public Map<String, String> parameters() {
      return Map.of("properties", JsonTexts.quoted(properties), "ifExists", "true");
    }

    @Override
    public Metadata apply(String table, Metadata metadata) {
      Set<String> keys = new HashSet<>(properties);
      boolean description = keys.remove(DESCRIPTION);
      for (String key : keys) {
        if (!key.startsWith(WriteRules.CONSTRAINT_PREFIX)) {
          requireAlterable(table, key);
        }
        if (key.equals(ColumnMapping.COLUMN_MAPPING_MODE_KEY)) {
          throw refused(table, key, "files that are there have the columns' physical names");
        }
      }
      return described(metadata, description ? Optional.empty() : null)
          .withConfigurationKeysUnset(keys);
    }
  }

  /** As a property, what the table's description is called; as in Spark. */
  String DESCRIPTION = "comment";

  /** Properties that Kernel does not know, and that are none of its business. */
  Set<String> KNOWN_TO_US = Set.of("delta.targetFileSize", "delta.setTransactionRetentionDuration");

  private static Metadata described(
      Metadata metadata, @org.jspecify.annotations.Nullable Optional<String> description) {
    return description == null
        ? metadata
        : new Metadata(
            metadata.getId(),
            metadata.getName(),
            description,
            metadata.getFormat(),
            metadata.getSchemaString(),
            metadata.getSchema(),
            metadata.getPartitionColumns(),
            metadata.getCreatedTime(),
            metadata.getConfigurationMapValue());
  }

  /** Properties that say how rows are stored that are there, or what holds for them. */
  private static void requireAlterable(String table, String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    if (lower.startsWith(WriteRules.CONSTRAINT_PREFIX)) {
      throw refused(table, key, "rows that are there are not checked here");
    } else if (lower.startsWith("delta.enablerowtracking")
        || lower.startsWith("delta.rowtracking")) {
      throw refused(table, key, "files that are there would need row ids");
    } else if (lower.startsWith("delta.enableincommittimestamps")
        || lower.startsWith("delta.incommittimestamp")) {
      throw refused(table, key, "versions that are there have none");
    } else if (lower.startsWith("delta.feature.")
        || lower.startsWith("delta.enableiceberg")
        || lower.startsWith("delta.universalformat")
        || lower.startsWith("delta.columnmapping.maxcolumnid")) {
      throw refused(table, key, "it needs more than a property");
    }
  }

  private static MillraceException refused(String table, String key, String why) {
    return new MillraceException(
        ErrorCode.SQL_UNSUPPORTED,
        "property %s of table %s cannot be changed here: %s".formatted(key, table, why),
        "set it when a table is created, or change it with Spark");
  }
}
