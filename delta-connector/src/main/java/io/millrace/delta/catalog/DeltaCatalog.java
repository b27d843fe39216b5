package io.millrace.delta.catalog;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.DeltaTables;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.procedure.Procedures;
import io.millrace.delta.table.DeltaTableFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.AbstractCatalog;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.CatalogDatabaseImpl;
import org.apache.flink.table.catalog.CatalogFunction;
import org.apache.flink.table.catalog.CatalogPartition;
import org.apache.flink.table.catalog.CatalogPartitionImpl;
import org.apache.flink.table.catalog.CatalogPartitionSpec;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.catalog.exceptions.DatabaseAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotEmptyException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.FunctionNotExistException;
import org.apache.flink.table.catalog.exceptions.PartitionNotExistException;
import org.apache.flink.table.catalog.exceptions.ProcedureNotExistException;
import org.apache.flink.table.catalog.exceptions.TableAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotPartitionedException;
import org.apache.flink.table.catalog.stats.CatalogColumnStatistics;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.expressions.Expression;
import org.apache.flink.table.factories.Factory;
import org.apache.flink.table.procedures.Procedure;

/**
 * The Delta tables of a folder as Flink's: databases are folders, tables are Delta folders in them.
 * What a table is, its log says; nothing is kept beside. Views, functions and what else a folder of
 * Delta tables has no place for are refused by name. Thread-safe.
 */
public final class DeltaCatalog extends AbstractCatalog {
  /** Database of the procedures; not a folder. */
  private static final String SYSTEM = "sys";

  private final Warehouse warehouse;
  private final Procedures procedures;
  private final TableFiles files = new TableFiles();

  DeltaCatalog(String name, String defaultDatabase, Warehouse warehouse) {
    super(name, defaultDatabase);
    this.warehouse = requireNonNull(warehouse, "warehouse is null");
    this.procedures = new Procedures(this::path, this::session);
  }

  /** A session that knows this catalog and no other. */
  private StreamTableEnvironment session(StreamExecutionEnvironment environment) {
    StreamTableEnvironment session =
        StreamTableEnvironment.create(environment, EnvironmentSettings.inBatchMode());
    session.registerCatalog(getName(), this);
    session.useCatalog(getName());
    return session;
  }

  /** Folder of a table that a procedure names, {@code table} or {@code database.table}. */
  private String path(String table) {
    int dot = table.indexOf('.');
    ObjectPath path =
        dot < 0
            ? new ObjectPath(getDefaultDatabase(), table)
            : new ObjectPath(table.substring(0, dot), table.substring(dot + 1));
    if (!tableExists(path)) {
      throw new MillraceException(
          ErrorCode.TABLE_NOT_FOUND,
          "there is no table %s in catalog %s".formatted(path, getName()),
          "write the name like 'table' or 'database.table'");
    }
    return folder(path);
  }

  private String folder(ObjectPath table) {
    return warehouse.table(table.getDatabaseName(), table.getObjectName());
  }

  @Override
  public void open() {}

  @Override
  public void close() {}

  @Override
  public Optional<Factory> getFactory() {
    return Optional.of(new DeltaTableFactory());
  }

  // ---- databases -----------------------------------------------------------------------------

  @Override
  public List<String> listDatabases() {
    List<String> databases = warehouse.databases();
    if (databases.contains(getDefaultDatabase())) {
      return databases;
    }
    return java.util.stream.Stream.concat(
            databases.stream(), java.util.stream.Stream.of(getDefaultDatabase()))
        .sorted()
        .toList();
  }

  @Override
  public boolean databaseExists(String database) {
    return database.equals(getDefaultDatabase())
        || database.equals(SYSTEM)
        || warehouse.hasDatabase(database);
  }

  @Override
  public CatalogDatabase getDatabase(String database) throws DatabaseNotExistException {
    requireDatabase(database);
    return new CatalogDatabaseImpl(Map.of(), "");
  }

  private void requireDatabase(String database) throws DatabaseNotExistException {
    if (!databaseExists(database)) {
      throw new DatabaseNotExistException(getName(), database);
    }
  }

  @Override
  public void createDatabase(String name, CatalogDatabase database, boolean ignoreIfExists)
      throws DatabaseAlreadyExistException {
    if (databaseExists(name)) {
      if (ignoreIfExists) {
        return;
      }
      throw new DatabaseAlreadyExistException(getName(), name);
    }
    String comment = database.getComment();
    if (!database.getProperties().isEmpty() || (comment != null && !comment.isEmpty())) {
      throw unsupported(
          "database %s is to have a comment or properties, which a folder cannot keep"
              .formatted(name),
          "leave them out");
    }
    warehouse.createDatabase(name);
  }

  @Override
  public void dropDatabase(String name, boolean ignoreIfNotExists, boolean cascade)
      throws DatabaseNotExistException, DatabaseNotEmptyException {
    if (!warehouse.hasDatabase(name)) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new DatabaseNotExistException(getName(), name);
    }
    if (!cascade && !warehouse.isEmpty(name)) {
      throw new DatabaseNotEmptyException(getName(), name);
    }
    warehouse.dropDatabase(name);
  }

  @Override
  public void alterDatabase(String name, CatalogDatabase database, boolean ignoreIfNotExists) {
    throw unsupported("database %s cannot be altered: it is a folder".formatted(name), "");
  }

  // ---- tables --------------------------------------------------------------------------------

  @Override
  public List<String> listTables(String database) throws DatabaseNotExistException {
    requireDatabase(database);
    return database.equals(SYSTEM) ? List.of() : warehouse.tables(database);
  }

  @Override
  public boolean tableExists(ObjectPath table) {
    return warehouse.hasTable(table.getDatabaseName(), table.getObjectName());
  }

  private void requireTable(ObjectPath table) throws TableNotExistException {
    if (!tableExists(table)) {
      throw new TableNotExistException(getName(), table);
    }
  }

  @Override
  public CatalogBaseTable getTable(ObjectPath table) throws TableNotExistException {
    requireTable(table);
    return FlinkTables.of(TableSnapshot.latest(folder(table)), false);
  }

  /** The version that was the latest at a time; one after the last commit means the latest. */
  @Override
  public CatalogBaseTable getTable(ObjectPath table, long timestampMillis)
      throws TableNotExistException {
    requireTable(table);
    return FlinkTables.of(TableSnapshot.asOf(folder(table), timestampMillis), true);
  }

  @Override
  public void createTable(ObjectPath table, CatalogBaseTable wanted, boolean ignoreIfExists)
      throws TableAlreadyExistException, DatabaseNotExistException {
    if (!(wanted instanceof ResolvedCatalogTable resolved)) {
      throw unsupported(
          "%s is to be a %s, which a folder of Delta tables cannot keep"
              .formatted(
                  table, wanted.getTableKind().toString().toLowerCase(java.util.Locale.ROOT)),
          "create it in another catalog, or as a temporary one");
    }
    requireDatabase(table.getDatabaseName());
    if (table.getDatabaseName().equals(SYSTEM)) {
      throw unsupported(
          "database %s is for procedures".formatted(SYSTEM), "create it in another database");
    }
    boolean created = false;
    if (!tableExists(table)) {
      DeltaTableSpec spec = FlinkTables.spec(table.getFullName(), folder(table), resolved);
      created = DeltaTables.create(TableDefinition.of(spec), FlinkTables.comments(resolved));
    }
    if (!created && !ignoreIfExists) {
      throw new TableAlreadyExistException(getName(), table);
    }
  }

  @Override
  public void dropTable(ObjectPath table, boolean ignoreIfNotExists) throws TableNotExistException {
    if (!tableExists(table)) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new TableNotExistException(getName(), table);
    }
    warehouse.dropTable(table.getDatabaseName(), table.getObjectName());
  }

  @Override
  public void renameTable(ObjectPath table, String newName, boolean ignoreIfNotExists) {
    throw unsupported(
        "table %s cannot be renamed to %s: who writes or reads it knows its folder"
            .formatted(table, newName),
        "stop them all and move the folder");
  }

  @Override
  public void alterTable(ObjectPath table, CatalogBaseTable altered, boolean ignoreIfNotExists) {
    throw unsupported(
        "table %s cannot be replaced as a whole".formatted(table),
        "say what is to change: ALTER TABLE … ADD, SET or RESET");
  }

  @Override
  public void alterTable(
      ObjectPath table,
      CatalogBaseTable altered,
      List<TableChange> changes,
      boolean ignoreIfNotExists)
      throws TableNotExistException {
    if (!tableExists(table)) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new TableNotExistException(getName(), table);
    }
    Alterations.apply(table.getFullName(), folder(table), changes);
  }

  // ---- views, functions, procedures ----------------------------------------------------------

  @Override
  public List<String> listViews(String database) throws DatabaseNotExistException {
    requireDatabase(database);
    return List.of();
  }

  @Override
  public List<String> listFunctions(String database) throws DatabaseNotExistException {
    requireDatabase(database);
    return List.of();
  }

  @Override
  public CatalogFunction getFunction(ObjectPath function) throws FunctionNotExistException {
    throw new FunctionNotExistException(getName(), function);
  }

  @Override
  public boolean functionExists(ObjectPath function) {
    return false;
  }

  @Override
  public void createFunction(ObjectPath path, CatalogFunction function, boolean ignoreIfExists) {
    throw noFunctions(path);
  }

  @Override
  public void alterFunction(ObjectPath path, CatalogFunction function, boolean ignoreIfNotExists) {
    throw noFunctions(path);
  }

  @Override
  public void dropFunction(ObjectPath path, boolean ignoreIfNotExists)
      throws FunctionNotExistException {
    if (!ignoreIfNotExists) {
      throw new FunctionNotExistException(getName(), path);
    }
  }

  private static MillraceException noFunctions(ObjectPath function) {
    return unsupported(
        "function %s cannot be kept in a folder of Delta tables".formatted(function),
        "create it in another catalog, or as a temporary one");
  }

  @Override
  public List<String> listProcedures(String database) throws DatabaseNotExistException {
    requireDatabase(database);
    return database.equals(SYSTEM) ? procedures.names() : List.of();
  }

  @Override
  public Procedure getProcedure(ObjectPath procedure) throws ProcedureNotExistException {
    Optional<Procedure> found =
        procedure.getDatabaseName().equals(SYSTEM)
            ? procedures.find(procedure.getObjectName())
            : Optional.empty();
    if (found.isEmpty()) {
      throw new ProcedureNotExistException(getName(), procedure);
    }
    return found.get();
  }

  // ---- partitions ----------------------------------------------------------------------------

  @Override
  public List<CatalogPartitionSpec> listPartitions(ObjectPath table)
      throws TableNotExistException, TableNotPartitionedException {
    requireTable(table);
    TableSnapshot latest = TableSnapshot.latest(folder(table));
    if (latest.partitionColumns().isEmpty()) {
      throw new TableNotPartitionedException(getName(), table);
    }
    return files.partitions(latest).stream().map(CatalogPartitionSpec::new).toList();
  }

  @Override
  public List<CatalogPartitionSpec> listPartitions(ObjectPath table, CatalogPartitionSpec spec)
      throws TableNotExistException, TableNotPartitionedException {
    return listPartitions(table).stream()
        .filter(
            partition ->
                partition
                    .getPartitionSpec()
                    .entrySet()
                    .containsAll(spec.getPartitionSpec().entrySet()))
        .toList();
  }

  @Override
  public List<CatalogPartitionSpec> listPartitionsByFilter(
      ObjectPath table, List<Expression> filters) {
    // What Flink takes as a sign to list them all and filter by itself.
    throw new UnsupportedOperationException("partitions are not filtered here");
  }

  @Override
  public CatalogPartition getPartition(ObjectPath table, CatalogPartitionSpec spec)
      throws PartitionNotExistException {
    if (!partitionExists(table, spec)) {
      throw new PartitionNotExistException(getName(), table, spec);
    }
    return new CatalogPartitionImpl(Map.of(), "");
  }

  @Override
  public boolean partitionExists(ObjectPath table, CatalogPartitionSpec spec) {
    try {
      return listPartitions(table).contains(spec);
    } catch (TableNotExistException | TableNotPartitionedException e) {
      return false;
    }
  }

  @Override
  public void createPartition(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogPartition partition,
      boolean ignoreIfExists) {
    throw unsupported(
        "partition %s of table %s cannot be created".formatted(spec.getPartitionSpec(), table),
        "insert rows: a partition is there when it has some");
  }

  @Override
  public void dropPartition(
      ObjectPath table, CatalogPartitionSpec spec, boolean ignoreIfNotExists) {
    throw unsupported(
        "partition %s of table %s cannot be dropped".formatted(spec.getPartitionSpec(), table),
        "delete its rows");
  }

  @Override
  public void alterPartition(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogPartition partition,
      boolean ignoreIfNotExists) {
    throw unsupported(
        "partition %s of table %s cannot be altered".formatted(spec.getPartitionSpec(), table),
        "insert into it, or delete its rows");
  }

  // ---- statistics ----------------------------------------------------------------------------

  @Override
  public CatalogTableStatistics getTableStatistics(ObjectPath table) throws TableNotExistException {
    requireTable(table);
    return files.statistics(TableSnapshot.latest(folder(table)));
  }

  @Override
  public CatalogColumnStatistics getTableColumnStatistics(ObjectPath table)
      throws TableNotExistException {
    requireTable(table);
    return files.columnStatistics(TableSnapshot.latest(folder(table)));
  }

  @Override
  public CatalogTableStatistics getPartitionStatistics(
      ObjectPath table, CatalogPartitionSpec spec) {
    return CatalogTableStatistics.UNKNOWN;
  }

  @Override
  public CatalogColumnStatistics getPartitionColumnStatistics(
      ObjectPath table, CatalogPartitionSpec spec) {
    return CatalogColumnStatistics.UNKNOWN;
  }

  @Override
  public void alterTableStatistics(
      ObjectPath table, CatalogTableStatistics statistics, boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  @Override
  public void alterTableColumnStatistics(
      ObjectPath table, CatalogColumnStatistics statistics, boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  @Override
  public void alterPartitionStatistics(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogTableStatistics statistics,
      boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  @Override
  public void alterPartitionColumnStatistics(
      ObjectPath table,
      CatalogPartitionSpec spec,
      CatalogColumnStatistics statistics,
      boolean ignoreIfNotExists) {
    throw statisticsAreTheLogs(table);
  }

  private static MillraceException statisticsAreTheLogs(ObjectPath table) {
    return unsupported(
        "statistics of table %s cannot be set: they are those of its files".formatted(table),
        "leave ANALYZE TABLE out");
  }

  private static MillraceException unsupported(String problem, String remedy) {
    return new MillraceException(
        ErrorCode.SQL_UNSUPPORTED, problem, remedy.isEmpty() ? "leave it as it is" : remedy);
  }
}
