package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.Snapshot;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.FieldMetadata;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.constraint.GeneratedColumn;
import io.millrace.delta.constraint.GeneratedValue;
import io.millrace.delta.constraint.RowConstraints;
import io.millrace.delta.constraint.TableConstraint;
import io.millrace.delta.parquet.ColumnNames;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;

/**
 * What a table asks of those who write its files, as of one version.
 *
 * @param names what it calls its columns in its files
 * @param columns its top-level columns
 * @param constraints conditions that every row must meet: CHECK constraints, column invariants
 * @param generated columns whose values follow from others
 * @param identity columns that number the rows
 */
public record WriteRules(
    ColumnNames names,
    List<String> columns,
    List<TableConstraint> constraints,
    List<GeneratedColumn> generated,
    List<IdentityColumn> identity) {
  static final String CONSTRAINT_PREFIX = "delta.constraints.";

  static final String GENERATION = "delta.generationExpression";
  static final String IDENTITY_START = "delta.identity.start";
  static final String IDENTITY_STEP = "delta.identity.step";
  static final String IDENTITY_ALLOWS_VALUES = "delta.identity.allowExplicitInsert";
  private static final String INVARIANTS = "delta.invariants";
  private static final ObjectMapper JSON = new ObjectMapper();

  public WriteRules {
    requireNonNull(names, "names is null");
    columns = List.copyOf(columns);
    constraints = List.copyOf(constraints);
    generated = List.copyOf(generated);
    identity = List.copyOf(identity);
  }

  /** True if values of some columns are not, or not always, those that rows bring. */
  public boolean completesRows() {
    return !generated.isEmpty() || !identity.isEmpty();
  }

  /** The constraints, for rows of a type that fits the table. */
  public RowConstraints constraintsFor(String table, RowType rowType) {
    Set<String> leftOut = new HashSet<>(columns);
    rowType.getFieldNames().forEach(leftOut::remove);
    return RowConstraints.of(table, rowType, leftOut, constraints);
  }

  /** The values of generated columns, in their order, for rows of a type that fits the table. */
  public List<GeneratedValue> generatedFor(String table, RowType rowType) {
    Set<String> leftOut = new HashSet<>(columns);
    rowType.getFieldNames().forEach(leftOut::remove);
    return generated.stream()
        .map(column -> GeneratedValue.of(table, rowType, leftOut, column, ZoneOffset.UTC))
        .toList();
  }

  /**
   * Reads the rules of a table, creating it or changing its schema before if that is wanted.
   *
   * @throws MillraceException as {@link DeltaTables#createIfAbsent}
   */
  public static WriteRules load(TableDefinition table) {
    if (table.evolution().adds()) {
      DeltaTables.createIfAbsent(table);
    }
    SnapshotLoader loader = new SnapshotLoader(table.path(), Optional.empty());
    try {
      return loader.load(OptionalLong.empty(), loaded -> of(loaded.snapshot()));
    } catch (MillraceException e) {
      if (!DeltaTables.isAbsent(e)) {
        throw e;
      }
    }
    DeltaTables.createIfAbsent(table);
    return loader.load(OptionalLong.empty(), loaded -> of(loaded.snapshot()));
  }

  static WriteRules of(Snapshot snapshot) {
    return of(snapshot.getMetadata());
  }

  static WriteRules of(Metadata metadata) {
    ColumnMapping.ColumnMappingMode mode = TableConfig.COLUMN_MAPPING_MODE.fromMetadata(metadata);
    return new WriteRules(
        ColumnMapping.isColumnMappingModeEnabled(mode)
            ? names(metadata.getSchema())
            : ColumnNames.AS_THEY_ARE,
        metadata.getSchema().fieldNames(),
        constraints(metadata),
        generated(metadata.getSchema()),
        identity(metadata.getSchema()));
  }

  private static List<GeneratedColumn> generated(StructType schema) {
    List<GeneratedColumn> generated = new ArrayList<>();
    for (int i = 0; i < schema.length(); i++) {
      StructField field = schema.at(i);
      if (field.getMetadata().contains(GENERATION)) {
        generated.add(
            new GeneratedColumn(
                field.getName(),
                DeltaTypes.toFlink(new StructType(List.of(field))).getTypeAt(0),
                field.getMetadata().getString(GENERATION)));
      }
    }
    return generated;
  }

  private static List<IdentityColumn> identity(StructType schema) {
    List<IdentityColumn> identity = new ArrayList<>();
    for (StructField field : schema.fields()) {
      FieldMetadata metadata = field.getMetadata();
      if (metadata.contains(IDENTITY_START)) {
        identity.add(
            new IdentityColumn(
                field.getName(),
                metadata.getLong(IDENTITY_START),
                metadata.getLong(IDENTITY_STEP),
                metadata.getBoolean(IDENTITY_ALLOWS_VALUES)));
      }
    }
    return identity;
  }

  /** In an order that does not change. */
  static List<TableConstraint> constraints(Metadata metadata) {
    List<TableConstraint> constraints = new ArrayList<>();
    new TreeMap<>(metadata.getConfiguration())
        .forEach(
            (key, value) -> {
              if (key.startsWith(CONSTRAINT_PREFIX)) {
                constraints.add(
                    new TableConstraint(key.substring(CONSTRAINT_PREFIX.length()), value));
              }
            });
    addInvariants(metadata.getSchema(), "", constraints);
    return constraints;
  }

  private static void addInvariants(
      StructType struct, String prefix, List<TableConstraint> constraints) {
    for (StructField field : struct.fields()) {
      String column = prefix + field.getName();
      if (field.getMetadata().contains(INVARIANTS)) {
        String json = field.getMetadata().getString(INVARIANTS);
        try {
          JsonNode expression = JSON.readTree(json).path("expression").path("expression");
          // What is not understood is refused where it is evaluated, by its text.
          constraints.add(new TableConstraint(column, expression.asText(json)));
        } catch (JsonProcessingException e) {
          constraints.add(new TableConstraint(column, json));
        }
      }
      if (field.getDataType() instanceof StructType inner) {
        addInvariants(inner, column + ".", constraints);
      }
    }
  }

  private static ColumnNames names(StructType struct) {
    Map<String, ColumnNames.Column> columns = new LinkedHashMap<>();
    for (StructField field : struct.fields()) {
      columns.put(
          field.getName(),
          new ColumnNames.Column(
              ColumnMapping.getPhysicalName(field),
              OptionalInt.of(ColumnMapping.getColumnId(field)),
              below(field.getDataType())));
    }
    return new ColumnNames(columns);
  }

  private static ColumnNames below(DataType type) {
    if (type instanceof StructType struct) {
      return names(struct);
    } else if (type instanceof ArrayType array) {
      return new ColumnNames(Map.of("element", entry("element", array.getElementType())));
    } else if (type instanceof MapType map) {
      Map<String, ColumnNames.Column> entries = new LinkedHashMap<>();
      entries.put("key", entry("key", map.getKeyType()));
      entries.put("value", entry("value", map.getValueType()));
      return new ColumnNames(entries);
    }
    return ColumnNames.AS_THEY_ARE;
  }

  private static ColumnNames.Column entry(String name, DataType type) {
    return new ColumnNames.Column(name, OptionalInt.empty(), below(type));
  }
}
