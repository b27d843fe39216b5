package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.Wire.ColumnInfo;
import io.millrace.catalog.flink.rest.Wire.CreateTable;
import io.millrace.catalog.flink.rest.Wire.StagingTable;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.catalog.FlinkTables;
import io.millrace.delta.kernel.DeltaTables;
import io.millrace.delta.kernel.DeltaTypes;
import io.millrace.delta.kernel.TableComments;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.types.logical.RowType;

/**
 * Makes tables. A managed one is written at a place that the server gives out and is made known
 * then, so that nobody sees half of it. An external one is made known first, since whether the
 * caller may use its place is for the server to say, and is taken back if its log cannot be
 * written. Thread-safe.
 */
final class TableCreation {
  /** By which the log of a managed table says which table it is. */
  static final String TABLE_ID = "io.unitycatalog.tableId";

  private final CatalogNames names;
  private final UnityClient client;

  TableCreation(CatalogNames names, UnityClient client) {
    this.names = requireNonNull(names, "names is null");
    this.client = requireNonNull(client, "client is null");
  }

  /**
   * Makes a table that is not there yet.
   *
   * @throws MillraceException SECURABLE_EXISTS, PERMISSION_DENIED; SQL_UNSUPPORTED naming what a
   *     Delta table cannot keep; SCHEMA_CHANGED if there is another one at its path
   */
  void create(ObjectPath path, ResolvedCatalogTable table) {
    Map<String, String> options = new TreeMap<>(table.getOptions());
    String place = options.remove(CatalogTables.PATH);
    ResolvedCatalogTable wanted = table.copy(options);
    if (place == null) {
      managed(path, wanted);
    } else {
      external(path, wanted, place);
    }
  }

  private void managed(ObjectPath path, ResolvedCatalogTable table) {
    requireColumns(path, table);
    // What cannot be kept is refused before a place is asked for.
    FlinkTables.spec(names.full(path), "/nowhere", table);
    StagingTable staged =
        client.createStagingTable(names.there(), path.getDatabaseName(), path.getObjectName());
    DeltaTableSpec spec =
        with(
            FlinkTables.spec(names.full(path), staged.stagingLocation(), table),
            TABLE_ID,
            staged.id());
    TableComments comments = FlinkTables.comments(table);
    DeltaTables.create(TableDefinition.of(spec), comments);
    try {
      client.createTable(
          request(
              path, "MANAGED", staged.stagingLocation(), shape(spec), comments, spec.properties()));
    } catch (MillraceException e) {
      if (e.code() != ErrorCode.CATALOG_UNREACHABLE || !isMade(path, staged)) {
        throw e;
      }
      // The answer was lost, and the table is there.
    }
  }

  private boolean isMade(ObjectPath path, StagingTable staged) {
    return client
        .findTable(names.full(path))
        .filter(found -> staged.id().equals(found.tableId()))
        .isPresent();
  }

  private void external(ObjectPath path, ResolvedCatalogTable table, String place) {
    client.requireTableMayBeMadeAt(place);
    Optional<TableSnapshot> there = CatalogTables.latest(place);
    if (there.isPresent()) {
      known(path, table, place, there.get());
      return;
    }
    requireColumns(path, table);
    DeltaTableSpec spec = FlinkTables.spec(names.full(path), place, table);
    TableComments comments = FlinkTables.comments(table);
    client.createTable(request(path, "EXTERNAL", place, shape(spec), comments, spec.properties()));
    try {
      if (!DeltaTables.create(TableDefinition.of(spec), comments)) {
        throw new MillraceException(
            ErrorCode.COMMIT_CONFLICT,
            "somebody else made a Delta table at %s meanwhile".formatted(place),
            "run the statement again");
      }
    } catch (RuntimeException e) {
      try {
        client.deleteTable(names.full(path));
      } catch (MillraceException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  /** Makes a Delta table known that is there already. */
  private void known(
      ObjectPath path, ResolvedCatalogTable table, String place, TableSnapshot there) {
    Shape found = new Shape(there.rowType(), there.partitionColumns());
    if (!table.getResolvedSchema().getColumns().isEmpty()) {
      Shape asked = shape(FlinkTables.spec(names.full(path), place, table));
      if (!asked.equals(found)) {
        throw new MillraceException(
            ErrorCode.SCHEMA_CHANGED,
            "there is a Delta table at %s with other columns than table %s is to have: %s"
                .formatted(place, names.full(path), found),
            "leave the columns out, to take those that it has, or choose another path");
      }
    }
    Map<String, String> properties = new TreeMap<>();
    there
        .properties()
        .forEach(
            (key, value) -> {
              if (key.startsWith(FlinkTables.PROPERTY_PREFIX)
                  || key.equals(FlinkTables.PRIMARY_KEY)) {
                properties.put(key, value);
              }
            });
    TableComments said = FlinkTables.comments(table);
    client.createTable(
        request(
            path,
            "EXTERNAL",
            place,
            found,
            new TableComments(
                said.table().or(() -> there.comments().table()), there.comments().columns()),
            properties));
  }

  /** What a table looks like to those who write it. */
  private record Shape(RowType row, List<String> partitionColumns) {
    @Override
    public String toString() {
      return row.asSerializableString()
          + (partitionColumns.isEmpty()
              ? ""
              : " partitioned by (" + String.join(", ", partitionColumns) + ")");
    }
  }

  private static Shape shape(DeltaTableSpec spec) {
    return new Shape(DeltaTypes.kept(spec.rowType()), spec.partitionColumns());
  }

  private CreateTable request(
      ObjectPath path,
      String type,
      String place,
      Shape shape,
      TableComments comments,
      Map<String, String> properties) {
    List<ColumnInfo> columns =
        CatalogColumns.of(shape.row(), comments.columns(), shape.partitionColumns());
    return new CreateTable(
        path.getObjectName(),
        names.there(),
        path.getDatabaseName(),
        type,
        "DELTA",
        columns,
        place,
        comments.table().orElse(null),
        properties,
        null,
        null);
  }

  private static DeltaTableSpec with(DeltaTableSpec spec, String property, String value) {
    Map<String, String> properties = new TreeMap<>(spec.properties());
    properties.put(property, value);
    return new DeltaTableSpec(
            spec.name(), spec.path(), spec.name(), spec.rowType(), spec.primaryKey(), properties)
        .partitionedBy(spec.partitionColumns());
  }

  private void requireColumns(ObjectPath path, ResolvedCatalogTable table) {
    if (table.getResolvedSchema().getColumns().isEmpty()) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "table %s is to have no columns, and there is no Delta table to take them from"
              .formatted(names.full(path)),
          "write its columns, or the 'path' of a Delta table");
    }
  }
}
