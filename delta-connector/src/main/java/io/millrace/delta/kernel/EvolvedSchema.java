package io.millrace.delta.kernel;

import io.delta.kernel.Snapshot;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.types.TypeWideningChecker;
import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TypeChange;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.SchemaEvolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a table's schema has to become so that rows of another one fit, as far as that is allowed:
 * columns are never renamed, moved, dropped or made narrower, and what was there keeps its field
 * metadata. What cannot be made to fit is left for {@link SchemaCheck} to name.
 *
 * @param metadata of the next version
 * @param protocol of the next version, if a new column's type needs another feature
 */
record EvolvedSchema(Metadata metadata, Optional<Protocol> protocol) {

  /**
   * Empty if the schema is to stay as it is.
   *
   * @throws MillraceException SCHEMA_CHANGED if a type would have to become wider, which the table
   *     does not allow
   */
  static Optional<EvolvedSchema> of(TableDefinition wanted, Snapshot table) {
    if (!wanted.evolution().adds()) {
      return Optional.empty();
    }
    Metadata metadata = table.getMetadata();
    StructType current = metadata.getSchema();
    Merge merge =
        new Merge(
            wanted.name(),
            wanted.evolution(),
            TableConfig.TYPE_WIDENING_ENABLED.fromMetadata(metadata));
    StructType evolved = merge.struct(DeltaTypes.toDelta(wanted.rowType()), current, "");
    if (!merge.changed) {
      return Optional.empty();
    }
    Metadata next = metadata.withNewSchema(evolved);
    // New columns of a table that maps names get an id and a physical name.
    Metadata mapped = ColumnMapping.updateColumnMappingMetadataIfNeeded(next, false).orElse(next);
    return Optional.of(
        new EvolvedSchema(
            mapped,
            TableFeatures.autoUpgradeProtocolBasedOnMetadata(mapped, Set.of(), table.getProtocol())
                .map(upgrade -> upgrade._1)));
  }

  private static final class Merge {
    private final String table;
    private final SchemaEvolution evolution;
    private final boolean wideningEnabled;
    private boolean changed;

    Merge(String table, SchemaEvolution evolution, boolean wideningEnabled) {
      this.table = table;
      this.evolution = evolution;
      this.wideningEnabled = wideningEnabled;
    }

    StructType struct(StructType written, StructType current, String prefix) {
      List<StructField> fields = new ArrayList<>(current.length() + 1);
      for (StructField field : current.fields()) {
        int index = written.indexOf(field.getName());
        fields.add(
            index < 0
                ? field
                : field(field, written.at(index).getDataType(), prefix + field.getName()));
      }
      for (StructField field : written.fields()) {
        if (current.indexOf(field.getName()) < 0 && field.isNullable()) {
          changed = true;
          fields.add(field);
        }
      }
      return new StructType(fields);
    }

    private StructField field(StructField current, DataType written, String column) {
      DataType type = current.getDataType();
      if (type instanceof StructType struct && written instanceof StructType other) {
        return current.withDataType(struct(other, struct, column + "."));
      } else if (type instanceof ArrayType array && written instanceof ArrayType other) {
        return current.withDataType(
            new ArrayType(field(array.getElementField(), other.getElementType(), column + "[]")));
      } else if (type instanceof MapType map && written instanceof MapType other) {
        return current.withDataType(
            new MapType(
                field(map.getKeyField(), other.getKeyType(), column + ".key"),
                field(map.getValueField(), other.getValueType(), column + ".value")));
      } else if (type.equivalent(written) || !isWider(type, written)) {
        return current;
      }
      if (!wideningEnabled) {
        throw new MillraceException(
            ErrorCode.SCHEMA_CHANGED,
            "column %s of table %s is %s, %s is written, and the table does not allow wider types"
                .formatted(column, table, type, written),
            "set the table property delta.enableTypeWidening to true, or cast the column to "
                + type);
      }
      changed = true;
      List<TypeChange> changes = new ArrayList<>(current.getTypeChanges());
      changes.add(new TypeChange(type, written));
      return current.withDataType(written).withTypeChanges(changes);
    }

    private boolean isWider(DataType current, DataType written) {
      return evolution.widens()
          && !current.isNested()
          && !written.isNested()
          && TypeWideningChecker.isWideningSupported(current, written);
    }
  }
}
