package io.millrace.delta.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.TableComments;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.table.DeltaTableFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;

/**
 * Delta tables as Flink sees tables, and tables as Flink wants them as Delta tables. Knows nothing
 * of where tables are listed. Stateless.
 */
public final class FlinkTables {
  /** Columns of the primary key as a JSON list; Delta has no such thing. */
  public static final String PRIMARY_KEY = "millrace.primaryKey";

  /** Of the properties that a table of Flink's shows as options. */
  public static final String PROPERTY_PREFIX = "delta.";

  private static final String PATH = "path";
  private static final String VERSION = "version";
  private static final ObjectMapper JSON = new ObjectMapper();

  private FlinkTables() {}

  /**
   * A table in the catalog's view.
   *
   * @param pinned true to read this version of it whatever comes after
   * @throws MillraceException TYPE_UNSUPPORTED naming the column; TABLE_UNSUPPORTED if a column of
   *     its primary key is gone
   */
  public static CatalogTable of(TableSnapshot table, boolean pinned) {
    List<String> key = primaryKey(table);
    TableComments comments = table.comments();
    Schema.Builder schema = Schema.newBuilder();
    for (RowType.RowField field : table.rowType().getFields()) {
      String name = field.getName();
      LogicalType type = key.contains(name) ? field.getType().copy(false) : field.getType();
      schema.column(name, TypeConversions.fromLogicalToDataType(type));
      comments.column(name).ifPresent(schema::withComment);
    }
    if (!key.isEmpty()) {
      schema.primaryKey(key);
    }
    Map<String, String> options = new TreeMap<>();
    options.put(FactoryUtil.CONNECTOR.key(), DeltaTableFactory.IDENTIFIER);
    options.put(PATH, table.path());
    table
        .properties()
        .forEach(
            (property, value) -> {
              if (property.startsWith(PROPERTY_PREFIX)) {
                options.put(property, value);
              }
            });
    if (pinned) {
      options.put(VERSION, Long.toString(table.version()));
    }
    CatalogTable.Builder flink =
        CatalogTable.newBuilder()
            .schema(schema.build())
            .partitionKeys(table.partitionColumns())
            .options(options);
    comments.table().ifPresent(flink::comment);
    if (pinned) {
      flink.snapshot(table.timestampMillis());
    }
    return flink.build();
  }

  private static List<String> primaryKey(TableSnapshot table) {
    return primaryKey(table.path(), table.properties(), table.rowType().getFieldNames());
  }

  /**
   * Columns of the primary key that a table's properties tell; empty if there is none.
   *
   * @param table how to call the table in messages
   * @throws MillraceException TABLE_UNSUPPORTED if a column of it is gone
   */
  public static List<String> primaryKey(
      String table, Map<String, String> properties, List<String> columns) {
    String json = properties.get(PRIMARY_KEY);
    if (json == null) {
      return List.of();
    }
    List<String> key;
    try {
      key = JSON.readValue(json, new TypeReference<List<String>>() {});
    } catch (JsonProcessingException e) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "property %s of table %s is '%s', which is no list of columns"
              .formatted(PRIMARY_KEY, table, json),
          "correct or unset the property",
          e);
    }
    if (!columns.containsAll(key)) {
      // Without it, rows would be appended that are to replace others.
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s has the primary key (%s), and not all of these columns any more"
              .formatted(table, String.join(", ", key)),
          "correct or unset the property " + PRIMARY_KEY);
    }
    return key;
  }

  /**
   * What is to be created for a table of Flink's.
   *
   * @throws MillraceException SQL_UNSUPPORTED naming what a Delta table cannot keep
   */
  public static DeltaTableSpec spec(String name, String path, ResolvedCatalogTable table) {
    ResolvedSchema schema = table.getResolvedSchema();
    List<RowType.RowField> fields = new ArrayList<>();
    for (Column column : schema.getColumns()) {
      fields.add(field(name, column));
    }
    if (!schema.getWatermarkSpecs().isEmpty()) {
      throw notKept(name, "a watermark", "CREATE TEMPORARY TABLE … (WATERMARK FOR …) LIKE it");
    }
    if (table.getDistribution().isPresent()) {
      throw notKept(name, "a distribution", "leave DISTRIBUTED out");
    }
    List<String> key = schema.getPrimaryKey().map(UniqueConstraint::getColumns).orElseGet(List::of);
    Map<String, String> properties = new TreeMap<>();
    table
        .getOptions()
        .forEach(
            (option, value) -> {
              if (isProperty(name, option, value)) {
                properties.put(option, value);
              }
            });
    if (!key.isEmpty()) {
      properties.put(PRIMARY_KEY, json(key));
    }
    return new DeltaTableSpec(name, path, name, new RowType(false, fields), key, properties)
        .partitionedBy(table.getPartitionKeys());
  }

  private static RowType.RowField field(String table, Column column) {
    if (!column.isPhysical()) {
      throw notKept(
          table,
          "column %s, which is computed or metadata,".formatted(column.getName()),
          "CREATE TEMPORARY TABLE … (%s …) LIKE it".formatted(column.getName()));
    }
    DataType type = column.getDataType();
    return new RowType.RowField(column.getName(), type.getLogicalType());
  }

  private static boolean isProperty(String table, String option, String value) {
    if (option.startsWith(PROPERTY_PREFIX)) {
      return true;
    }
    if (option.equals(FactoryUtil.CONNECTOR.key())) {
      if (value.equals(DeltaTableFactory.IDENTIFIER)) {
        return false;
      }
      throw notKept(
          table,
          "connector '%s'".formatted(value),
          "create it in another catalog, or as a temporary table");
    }
    if (option.equals(PATH)) {
      throw notKept(
          table, "a path of its own", "leave it out: the catalog says where the table lies");
    }
    throw notKept(
        table,
        "option '%s'".formatted(option),
        "give it to a statement: /*+ OPTIONS('%s' = '%s') */".formatted(option, value));
  }

  private static MillraceException notKept(String table, String what, String remedy) {
    return new MillraceException(
        ErrorCode.SQL_UNSUPPORTED,
        "table %s is to have %s, which a Delta table cannot keep"
            .formatted(table, what)
            .replace(",,", ","),
        remedy);
  }

  /** Comments of a table of Flink's and of its columns. */
  public static TableComments comments(ResolvedCatalogTable table) {
    Map<String, String> columns = new TreeMap<>();
    for (Column column : table.getResolvedSchema().getColumns()) {
      column.getComment().ifPresent(comment -> columns.put(column.getName(), comment));
    }
    return new TableComments(
        Optional.ofNullable(table.getComment()).filter(comment -> !comment.isEmpty()), columns);
  }

  private static String json(List<String> texts) {
    try {
      return JSON.writeValueAsString(texts);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a list of texts cannot be written as JSON", e);
    }
  }
}
