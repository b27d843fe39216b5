package io.millrace.delta.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.delta.kernel.internal.types.DataTypeJsonSerDe;
import io.delta.kernel.types.StructField;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Optional;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** A column as Delta's log writes it, which is also what catalogs keep of it. Stateless. */
public final class ColumnJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ColumnJson() {}

  /**
   * The JSON of a column: name, type, nullability, comment.
   *
   * @throws MillraceException TYPE_UNSUPPORTED for a type that Delta has not
   */
  public static String of(RowType.RowField column, Optional<String> comment) {
    StructField field =
        DeltaTypes.toDelta(new RowType(false, java.util.List.of(column))).fields().get(0);
    return DataTypeJsonSerDe.serializeStructField(
        comment.map(text -> TableComments.with(field, text)).orElse(field));
  }

  /**
   * The type in the JSON of a column, or of its type alone.
   *
   * @param column its name, for messages
   * @throws MillraceException TYPE_UNSUPPORTED if it is no such JSON, or of a type that Flink has
   *     not
   */
  public static LogicalType type(String column, String json, boolean nullable) {
    try {
      JsonNode given = JSON.readTree(json);
      JsonNode type = given.isObject() && given.has("name") ? given.get("type") : given;
      ObjectNode field = JSON.createObjectNode();
      field.put("name", column).set("type", type);
      field.put("nullable", nullable).putObject("metadata");
      ObjectNode struct = JSON.createObjectNode().put("type", "struct");
      struct.putArray("fields").add(field);
      return DeltaTypes.toFlink(DataTypeJsonSerDe.deserializeStructType(struct.toString()))
          .getTypeAt(0);
    } catch (JsonProcessingException | IllegalArgumentException | IllegalStateException e) {
      throw new MillraceException(
          ErrorCode.TYPE_UNSUPPORTED,
          "the type of column %s is kept as '%s', which is no type of Delta's"
              .formatted(column, json),
          "correct the column's type_json in the catalog",
          e);
    }
  }
}
