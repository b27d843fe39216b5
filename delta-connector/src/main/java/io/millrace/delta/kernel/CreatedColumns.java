package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.constraint.GeneratedColumn;
import io.millrace.delta.constraint.GeneratedValue;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/**
 * Generated and identity columns of a table that is about to be created, as properties say them:
 * {@code delta.generationExpression.COLUMN = EXPRESSION}, {@code delta.identity.COLUMN = ALWAYS |
 * BY DEFAULT [START WITH n] [INCREMENT BY n]}. The table has them as metadata of its columns.
 */
record CreatedColumns(Map<String, String> expressions, Map<String, IdentityColumn> identities) {
  private static final String EXPRESSION_PREFIX = "delta.generationExpression.";
  private static final String IDENTITY_PREFIX = "delta.identity.";
  private static final Pattern IDENTITY =
      Pattern.compile(
          "(ALWAYS|BY\\s+DEFAULT)(?:\\s+START\\s+WITH\\s+(-?\\d{1,18}))?"
              + "(?:\\s+INCREMENT\\s+BY\\s+(-?\\d{1,18}))?",
          Pattern.CASE_INSENSITIVE);
  private static final ObjectMapper JSON = new ObjectMapper();

  static final CreatedColumns NONE = new CreatedColumns(Map.of(), Map.of());

  CreatedColumns {
    expressions = new TreeMap<>(expressions);
    identities = new TreeMap<>(identities);
  }

  static boolean isOne(String property) {
    return property.startsWith(EXPRESSION_PREFIX) || property.startsWith(IDENTITY_PREFIX);
  }

  /**
   * @throws MillraceException PROPERTY_INVALID for a column that is not there or cannot number
   *     rows; TABLE_UNSUPPORTED for an expression that cannot be evaluated here
   */
  static CreatedColumns of(TableDefinition table) {
    Map<String, String> expressions = new TreeMap<>();
    Map<String, IdentityColumn> identities = new TreeMap<>();
    RowType type = table.rowType();
    table
        .properties()
        .forEach(
            (key, value) -> {
              if (key.startsWith(EXPRESSION_PREFIX)) {
                String column = key.substring(EXPRESSION_PREFIX.length());
                GeneratedColumn generated =
                    new GeneratedColumn(
                        column, type.getTypeAt(position(table, key, column)), value);
                GeneratedValue.of(table.name(), type, Set.of(), generated, ZoneOffset.UTC);
                expressions.put(column, value);
              } else if (key.startsWith(IDENTITY_PREFIX)) {
                String column = key.substring(IDENTITY_PREFIX.length());
                int position = position(table, key, column);
                if (!type.getTypeAt(position).is(LogicalTypeRoot.BIGINT)) {
                  throw invalid(table, key, value, "only a column of type BIGINT can number rows");
                }
                identities.put(column, identity(table, key, column, value));
              }
            });
    return new CreatedColumns(expressions, identities);
  }

  private static int position(TableDefinition table, String key, String column) {
    int position = table.rowType().getFieldNames().indexOf(column);
    if (position < 0) {
      throw invalid(table, key, column, "the table has no such column");
    }
    return position;
  }

  private static IdentityColumn identity(
      TableDefinition table, String key, String column, String value) {
    Matcher matcher = IDENTITY.matcher(value.strip());
    if (!matcher.matches()) {
      throw invalid(
          table, key, value, "expected ALWAYS or BY DEFAULT [START WITH n] [INCREMENT BY n]");
    }
    long start = matcher.group(2) == null ? 1 : Long.parseLong(matcher.group(2));
    long step = matcher.group(3) == null ? 1 : Long.parseLong(matcher.group(3));
    if (step == 0) {
      throw invalid(table, key, value, "numbers cannot be 0 apart");
    }
    return new IdentityColumn(column, start, step, !matcher.group(1).equalsIgnoreCase("ALWAYS"));
  }

  private static MillraceException invalid(
      TableDefinition table, String key, String value, String why) {
    return new MillraceException(
        ErrorCode.PROPERTY_INVALID,
        "property %s of table %s is '%s': %s".formatted(key, table.name(), value, why),
        "correct the property");
  }

  boolean isEmpty() {
    return expressions.isEmpty() && identities.isEmpty();
  }

  /** Adds them to a {@code metaData} action. */
  void addTo(ObjectNode metadata) throws IOException {
    if (isEmpty()) {
      return;
    }
    JsonNode schema = JSON.readTree(metadata.path("schemaString").asText());
    for (JsonNode field : schema.path("fields")) {
      ObjectNode ofField = ((ObjectNode) field).withObject("/metadata");
      String column = field.path("name").asText();
      String expression = expressions.get(column);
      if (expression != null) {
        ofField.put(WriteRules.GENERATION, expression);
      }
      IdentityColumn identity = identities.get(column);
      if (identity != null) {
        ofField.put(WriteRules.IDENTITY_START, identity.start());
        ofField.put(WriteRules.IDENTITY_STEP, identity.step());
        ofField.put(WriteRules.IDENTITY_ALLOWS_VALUES, identity.allowsValues());
      }
    }
    metadata.put("schemaString", JSON.writeValueAsString(schema));
  }
}
