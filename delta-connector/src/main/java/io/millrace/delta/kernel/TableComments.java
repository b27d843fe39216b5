package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.types.FieldMetadata;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What people say of a table and of its columns.
 *
 * @param table the table's description
 * @param columns by name, of top-level columns
 */
public record TableComments(Optional<String> table, Map<String, String> columns) {
  /** Nothing said. */
  public static final TableComments NONE = new TableComments(Optional.empty(), Map.of());

  /** Where other engines keep them, too. */
  private static final String COMMENT = "comment";

  public TableComments {
    requireNonNull(table, "table is null");
    columns = new TreeMap<>(columns);
  }

  /** What is said of a column. */
  public Optional<String> column(String name) {
    return Optional.ofNullable(columns.get(name));
  }

  static TableComments of(Metadata metadata) {
    Map<String, String> columns = new TreeMap<>();
    for (StructField field : metadata.getSchema().fields()) {
      if (field.getMetadata().contains(COMMENT)) {
        columns.put(field.getName(), field.getMetadata().getString(COMMENT));
      }
    }
    return new TableComments(metadata.getDescription(), columns);
  }

  StructType on(StructType schema) {
    if (columns.isEmpty()) {
      return schema;
    }
    List<StructField> fields = new ArrayList<>(schema.length());
    for (StructField field : schema.fields()) {
      fields.add(column(field.getName()).map(comment -> with(field, comment)).orElse(field));
    }
    return new StructType(fields);
  }

  static StructField with(StructField field, String comment) {
    return field.withNewMetadata(
        FieldMetadata.builder()
            .fromMetadata(field.getMetadata())
            .putString(COMMENT, comment)
            .build());
  }
}
