package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.UnityClient.Access;
import io.millrace.catalog.flink.rest.Wire.TableInfo;
import io.millrace.catalog.flink.rest.Wire.UpdateTable;
import io.millrace.catalog.flink.rest.Wire.Why;
import io.millrace.delta.catalog.Alterations;
import io.millrace.delta.catalog.FlinkTables;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.table.DeltaTableFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * Delta tables that a catalog lists. The catalog says that a table is there, where it lies, and who
 * may do what; what it is, columns and properties, its own log says, which every writer changes.
 * What the catalog keeps of that is brought up to date when a table is altered here. Thread-safe.
 */
final class CatalogTables {
  static final String PATH = "path";
  private static final String DELTA = "DELTA";

  private final CatalogNames names;
  private final UnityClient client;

  CatalogTables(CatalogNames names, UnityClient client) {
    this.names = requireNonNull(names, "names is null");
    this.client = requireNonNull(client, "client is null");
  }

  /** What the catalog says of a table or view that is there and that the caller may see. */
  Optional<TableInfo> find(ObjectPath path) {
    return CatalogNames.isPossible(path) ? client.findTable(names.full(path)) : Optional.empty();
  }

  /**
   * A table's folder.
   *
   * @throws MillraceException TABLE_UNSUPPORTED if it is no Delta table
   */
  static String location(TableInfo table) {
    String format = table.dataSourceFormat();
    if (!DELTA.equals(format) || table.storageLocation() == null) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s (%s) has the format %s, which is not read here"
              .formatted(
                  table.fullName(),
                  table.tableType().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                  format == null ? "none" : format),
          "read it as a temporary table with the connector of its format; this catalog has Delta"
              + " tables and views");
    }
    return table.storageLocation();
  }

  /** The newest version that the log of a table has; empty before the first. */
  static Optional<TableSnapshot> latest(String location) {
    try {
      return Optional.of(TableSnapshot.latest(location));
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** A table as Flink sees it, as it is now. */
  CatalogTable table(TableInfo table) {
    return latest(location(table))
        .map(snapshot -> commented(FlinkTables.of(snapshot, false), table))
        .orElseGet(() -> unwritten(table));
  }

  /** A table as it was. */
  CatalogTable table(TableInfo table, long timestampMillis) {
    return commented(
        FlinkTables.of(TableSnapshot.asOf(location(table), timestampMillis), true), table);
  }

  /** The catalog's comment wins: it can be changed without a commit. */
  private static CatalogTable commented(CatalogTable flink, TableInfo table) {
    if (table.comment() == null || table.comment().isEmpty()) {
      return flink;
    }
    return CatalogTable.newBuilder()
        .schema(flink.getUnresolvedSchema())
        .comment(table.comment())
        .partitionKeys(flink.getPartitionKeys())
        .options(flink.getOptions())
        .snapshot(flink.getSnapshot().orElse(null))
        .build();
  }

  /** One whose first writer is still to come, and makes it as the catalog has it. */
  private static CatalogTable unwritten(TableInfo table) {
    Schema schema = CatalogColumns.schema(table);
    Map<String, String> options = new TreeMap<>();
    table
        .options()
        .forEach(
            (property, value) -> {
              if (property.startsWith(FlinkTables.PROPERTY_PREFIX)) {
                options.put(property, value);
              }
            });
    options.put(FactoryUtil.CONNECTOR.key(), DeltaTableFactory.IDENTIFIER);
    options.put(PATH, location(table));
    return CatalogTable.newBuilder()
        .schema(schema)
        .comment(table.comment())
        .partitionKeys(CatalogColumns.partitionColumns(table))
        .options(options)
        .build();
  }

  /**
   * Lets the caller read a table's files, or write them.
   *
   * @return what the catalog says of it
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  TableInfo require(ObjectPath path, Access access) {
    TableInfo table = find(path).orElseThrow(() -> notFound(path));
    require(table, access);
    return table;
  }

  void require(TableInfo table, Access access) {
    location(table);
    String id = table.tableId();
    if (id == null) {
      throw new MillraceException(
          ErrorCode.CATALOG_UNREACHABLE,
          "the catalog server at %s does not tell the id of table %s"
              .formatted(client, table.fullName()),
          "check option 'uri'");
    }
    client.requireAccess(id, access);
  }

  private MillraceException notFound(ObjectPath path) {
    return new MillraceException(
        ErrorCode.SECURABLE_NOT_FOUND,
        "there is no table %s.%s that you may see".formatted(names.here(), path),
        "check the name, or ask for a privilege on it");
  }

  /**
   * Changes a table: its log, then what the catalog keeps of it. Allowed or not is asked before.
   *
   * @throws MillraceException PERMISSION_DENIED; SQL_UNSUPPORTED also for a server that cannot
   *     change tables; as {@link Alterations#apply}
   */
  void alter(TableInfo table, List<TableChange> changes) {
    String location = location(table);
    requireAlterable(table);
    Alterations.apply(table.fullName(), location, changes);
    TableSnapshot now = TableSnapshot.latest(location);
    Map<String, String> properties = new TreeMap<>(table.options());
    properties.keySet().removeIf(key -> key.startsWith(FlinkTables.PROPERTY_PREFIX));
    now.properties()
        .forEach(
            (key, value) -> {
              if (key.startsWith(FlinkTables.PROPERTY_PREFIX)) {
                properties.put(key, value);
              }
            });
    client.updateTable(
        table.fullName(),
        new UpdateTable(
            null,
            now.comments().table().orElse(null),
            properties,
            CatalogColumns.of(now.rowType(), now.comments().columns(), now.partitionColumns()),
            null,
            null));
  }

  private void requireAlterable(TableInfo table) {
    Why why = client.why("ALTER", SecurableType.TABLE, table.fullName(), Optional.empty());
    if (!why.allowed()) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          why.reason(),
          "ask for " + (why.missing() == null ? "MANAGE on the table" : why.missing()));
    }
  }

  void rename(TableInfo table, String newName) {
    client.updateTable(table.fullName(), UpdateTable.name(newName));
  }

  void drop(TableInfo table) {
    client.deleteTable(table.fullName());
  }
}
