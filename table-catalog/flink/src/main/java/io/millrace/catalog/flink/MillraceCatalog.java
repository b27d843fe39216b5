package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.flink.function.SqlFunctionFactory;
import io.millrace.catalog.flink.procedure.AccessProcedures;
import io.millrace.catalog.flink.rest.TokenSource;
import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.UnityClient.Access;
import io.millrace.catalog.flink.rest.Wire.CreateSchema;
import io.millrace.catalog.flink.rest.Wire.FunctionInfo;
import io.millrace.catalog.flink.rest.Wire.ModelInfo;
import io.millrace.catalog.flink.rest.Wire.SchemaInfo;
import io.millrace.catalog.flink.rest.Wire.TableInfo;
import io.millrace.catalog.flink.rest.Wire.UpdateSchema;
import io.millrace.delta.catalog.TableFiles;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.CatalogDatabaseImpl;
import org.apache.flink.table.catalog.CatalogFunction;
import org.apache.flink.table.catalog.CatalogModel;
import org.apache.flink.table.catalog.CatalogPartition;
import org.apache.flink.table.catalog.CatalogPartitionImpl;
import org.apache.flink.table.catalog.CatalogPartitionSpec;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedCatalogView;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.catalog.exceptions.DatabaseAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotEmptyException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.FunctionNotExistException;
import org.apache.flink.table.catalog.exceptions.ModelAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.ModelNotExistException;
import org.apache.flink.table.catalog.exceptions.PartitionNotExistException;
import org.apache.flink.table.catalog.exceptions.ProcedureNotExistException;
import org.apache.flink.table.catalog.exceptions.TableAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotPartitionedException;
import org.apache.flink.table.catalog.stats.CatalogColumnStatistics;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.factories.Factory;
import org.apache.flink.table.factories.FunctionDefinitionFactory;
import org.apache.flink.table.procedures.Procedure;

/**
 * A catalog of a Unity Catalog server as Flink's: databases are its schemas. Everything is asked
 * for with the token of one principal, so what that principal may not see does not exist, and what
 * it may not do is refused with the server's reason. Nothing is remembered from one call to the
 * next but statistics of versions of tables. Thread-safe.
 */
public final class MillraceCatalog extends FixedCatalog {
  /** Databases of the procedures; the second one needs no quotes. */
  private static final Set<String> SYSTEM = Set.of("system", "sys");

  private final CatalogNames names;
  private final UnityClient client;
  private final CatalogTables tables;
  private final TableCreation creation;
  private final CatalogViews views;
  private final AccessProcedures access;
  private final MaintenanceProcedures maintenance;
  private final FunctionNames functionNames;
  private final TableFiles files = new TableFiles();

  /**
   * For a session in this process; statements use {@link MillraceCatalogFactory}.
   *
   * @param name what the session calls it
   * @param token of the principal that the session is for
   */
  public MillraceCatalog(String name, CatalogSettings settings, TokenSource token) {
    super(name, settings.defaultDatabase());
    requireNonNull(token, "token is null");
    this.names = new CatalogNames(name, settings.catalog(), settings.defaultDatabase());
    this.client = new UnityClient(settings.uri(), token, settings.requestTimeout());
    this.tables = new CatalogTables(names, client);
    this.creation = new TableCreation(names, client);
    this.views = new CatalogViews(names, client);
    this.functionNames = new FunctionNames(names, client);
    this.access = new AccessProcedures(client, names::securable);
    this.maintenance = new MaintenanceProcedures(names, tables, this::session);
  }

  /** A session that knows this catalog and no other. */
  private StreamTableEnvironment session(StreamExecutionEnvironment environment) {
    StreamTableEnvironment session =
        StreamTableEnvironment.create(environment, EnvironmentSettings.inBatchMode());
    session.registerCatalog(getName(), this);
    session.useCatalog(getName());
    return session;
  }

  /**
   * @throws MillraceException CATALOG_UNREACHABLE; UNAUTHENTICATED; SECURABLE_NOT_FOUND if the
   *     server has no such catalog for the principal
   */
  @Override
  public void open() {
    client.requireCatalog(names.there());
  }

  @Override
  public void close() {}

  @Override
  public Optional<Factory> getFactory() {
    return Optional.of(new CheckedTableFactory(tables));
  }

  @Override
  public Optional<FunctionDefinitionFactory> getFunctionDefinitionFactory() {
    return Optional.of(new SqlFunctionFactory());
  }

  // ---- databases -----------------------------------------------------------------------------

  @Override
  public List<String> listDatabases() {
    return client.schemas(names.there()).stream().map(SchemaInfo::name).sorted().toList();
  }

  private Optional<SchemaInfo> schema(String database) {
    return CatalogNames.isPossible(database)
        ? client.findSchema(names.schema(database))
        : Optional.empty();
  }

  @Override
  public boolean databaseExists(String database) {
    return SYSTEM.contains(database) || schema(database).isPresent();
  }

  @Override
  public CatalogDatabase getDatabase(String database) throws DatabaseNotExistException {
    Optional<SchemaInfo> schema = schema(database);
    if (schema.isPresent()) {
      return new CatalogDatabaseImpl(
          Objects.requireNonNullElse(schema.get().properties(), Map.of()),
          Objects.requireNonNullElse(schema.get().comment(), ""));
    }
    if (SYSTEM.contains(database)) {
      return new CatalogDatabaseImpl(Map.of(), "procedures");
    }
    throw new DatabaseNotExistException(getName(), database);
  }

  @Override
  public void createDatabase(String name, CatalogDatabase database, boolean ignoreIfExists)
      throws DatabaseAlreadyExistException {
    if (SYSTEM.contains(name)) {
      throw unsupported("database %s is for procedures".formatted(name), "choose another name");
    }
    try {
      client.createSchema(
          new CreateSchema(name, names.there(), database.getComment(), database.getProperties()));
    } catch (MillraceException e) {
      if (e.code() != ErrorCode.SECURABLE_EXISTS) {
        throw e;
      }
      if (!ignoreIfExists) {
        throw new DatabaseAlreadyExistException(getName(), name, e);
      }
    }
  }

  @Override
  public void dropDatabase(String name, boolean ignoreIfNotExists, boolean cascade)
      throws DatabaseNotExistException, DatabaseNotEmptyException {
    if (schema(name).isEmpty()) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new DatabaseNotExistException(getName(), name);
    }
    try {
      client.deleteSchema(names.schema(name), cascade);
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.SECURABLE_NOT_EMPTY) {
        throw new DatabaseNotEmptyException(getName(), name, e);
      }
      throw e;
    }
  }

  @Override
  public void alterDatabase(String name, CatalogDatabase database, boolean ignoreIfNotExists)
      throws DatabaseNotExistException {
    if (schema(name).isEmpty()) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new DatabaseNotExistException(getName(), name);
    }
    client.updateSchema(
        names.schema(name), new UpdateSchema(database.getComment(), database.getProperties()));
  }

  // ---- tables and views ----------------------------------------------------------------------

  @Override
  public List<String> listTables(String database) throws DatabaseNotExistException {
    return listed(database, table -> true);
  }

  @Override
  public List<String> listViews(String database) throws DatabaseNotExistException {
    return listed(database, TableInfo::isView);
  }

  private List<String> listed(String database, Function<TableInfo, Boolean> wanted)
      throws DatabaseNotExistException {
    if (!requireSchema(database)) {
      return List.of();
    }
    return client.tables(names.there(), database).stream()
        .filter(wanted::apply)
        .map(TableInfo::name)
        .sorted()
        .toList();
  }

  /** Whether it is a schema; if not, it is the database of the procedures. */
  private boolean requireSchema(String database) throws DatabaseNotExistException {
    if (schema(database).isPresent()) {
      return true;
    }
    if (SYSTEM.contains(database)) {
      return false;
    }
    throw new DatabaseNotExistException(getName(), database);
  }

  @Override
  public boolean tableExists(ObjectPath table) {
    return tables.find(table).isPresent();
  }

  private TableInfo requireTable(ObjectPath table) throws TableNotExistException {
    Optional<TableInfo> found = tables.find(table);
    if (found.isEmpty()) {
      throw new TableNotExistException(getName(), table);
    }
    return found.get();
  }

  @Override
  public CatalogBaseTable getTable(ObjectPath table) throws TableNotExistException {
    TableInfo found = requireTable(table);
    return found.isView() ? views.view(found) : tables.table(found);
  }

  /** The version that was the latest at a time; a view reads its tables as they are. */
  @Override
  public CatalogBaseTable getTable(ObjectPath table, long timestampMillis)
      throws TableNotExistException {
    TableInfo found = requireTable(table);
    if (found.isView()) {
      throw unsupported(
          "view %s has no versions".formatted(table), "read the tables in its query as of a time");
    }
    return tables.table(found, timestampMillis);
  }

  @Override
  public void createTable(ObjectPath table, CatalogBaseTable wanted, boolean ignoreIfExists)
      throws TableAlreadyExistException, DatabaseNotExistException {
    if (!requireSchema(table.getDatabaseName())) {
      throw unsupported(
          "database %s is for procedures".formatted(table.getDatabaseName()),
          "create it in another database");
    }
    if (tables.find(table).isPresent()) {
      if (ignoreIfExists) {
        return;
      }
      throw new TableAlreadyExistException(getName(), table);
    }
    try {
      if (wanted instanceof ResolvedCatalogView view) {
        views.create(table, view);
      } else if (wanted instanceof ResolvedCatalogTable resolved) {
        creation.create(table, resolved);
      } else {
        throw unsupported(
            "%s is to be a %s".formatted(table, wanted.getTableKind()),
            "create a table or a view; a pipeline keeps a table up to date");
      }
    } catch (MillraceException e) {
      if (e.code() != ErrorCode.SECURABLE_EXISTS) {
        throw e;
      }
      if (!ignoreIfExists) {
        throw new TableAlreadyExistException(getName(), table, e);
      }
    }
  }

  @Override
  public void dropTable(ObjectPath table, boolean ignoreIfNotExists) throws TableNotExistException {
    Optional<TableInfo> found = tables.find(table);
    if (found.isPresent()) {
      tables.drop(found.get());
    } else if (!ignoreIfNotExists) {
      throw new TableNotExistException(getName(), table);
    }
  }

  @Override
  public void renameTable(ObjectPath table, String newName, boolean ignoreIfNotExists)
      throws TableNotExistException, TableAlreadyExistException {
    Optional<TableInfo> found = tables.find(table);
    if (found.isEmpty()) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new TableNotExistException(getName(), table);
    }
    try {
      tables.rename(found.get(), newName);
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.SECURABLE_EXISTS) {
        throw new TableAlreadyExistException(
            getName(), new ObjectPath(table.getDatabaseName(), newName), e);
      }
      throw e;
    }
  }

  @Override
  public void alterTable(ObjectPath table, CatalogBaseTable altered, boolean ignoreIfNotExists)
      throws TableNotExistException {
    alterTable(table, altered, List.of(), ignoreIfNotExists);
  }

  @Override
  public void alterTable(
      ObjectPath table,
      CatalogBaseTable altered,
      List<TableChange> changes,
      boolean ignoreIfNotExists)
      throws TableNotExistException {
    Optional<TableInfo> found = tables.find(table);
    if (found.isEmpty()) {
      if (ignoreIfNotExists) {
        return;
      }
      throw new TableNotExistException(getName(), table);
    }
    if (altered instanceof ResolvedCatalogView view && found.get().isView()) {
      views.alter(found.get(), view);
    } else if (!found.get().isView() && !changes.isEmpty()) {
      tables.alter(found.get(), changes);
    } else {
      throw unsupported(
          "table %s cannot be replaced as a whole".formatted(table),
          "say what is to change: ALTER TABLE … ADD, SET or RESET");
    }
  }

  // ---- functions and procedures --------------------------------------------------------------

  @Override
  public List<String> listFunctions(String database) throws DatabaseNotExistException {
    return requireSchema(database)
        ? client.functions(names.there(), database).stream()
            .map(FunctionInfo::name)
            .sorted()
            .toList()
        : List.of();
  }

  private Optional<FunctionInfo> function(ObjectPath function) {
    return CatalogNames.isPossible(function)
        ? client.findFunction(names.full(function))
        : Optional.empty();
  }

  @Override
  public CatalogFunction getFunction(ObjectPath function) throws FunctionNotExistException {
    Optional<FunctionInfo> found =
        CatalogNames.isPossible(function)
                && functionNames.mayContain(function.getDatabaseName(), function.getObjectName())
            ? function(function)
            : Optional.empty();
    if (found.isEmpty()) {
      throw new FunctionNotExistException(getName(), function);
    }
    return CatalogFunctions.of(names.full(function), found.get());
  }

  @Override
  public boolean functionExists(ObjectPath function) {
    return function(function).isPresent();
  }

  @Override
  public void dropFunction(ObjectPath function, boolean ignoreIfNotExists)
      throws FunctionNotExistException {
    if (functionExists(function)) {
      client.deleteFunction(names.full(function));
    } else if (!ignoreIfNotExists) {
      throw new FunctionNotExistException(getName(), function);
    }
  }

  @Override
  public List<String> listProcedures(String database) throws DatabaseNotExistException {
    if (SYSTEM.contains(database)) {
      return Stream.concat(access.names().stream(), maintenance.names().stream()).sorted().toList();
    }
    requireSchema(database);
    return List.of();
  }

  @Override
  public Procedure getProcedure(ObjectPath procedure) throws ProcedureNotExistException {
    Optional<Procedure> found =
        SYSTEM.contains(procedure.getDatabaseName())
            ? access
                .find(procedure.getObjectName())
                .or(() -> maintenance.find(procedure.getObjectName()))
            : Optional.empty();
    if (found.isEmpty()) {
      throw new ProcedureNotExistException(getName(), procedure);
    }
    return found.get();
  }

  // ---- models --------------------------------------------------------------------------------

  @Override
  public List<String> listModels(String database) throws DatabaseNotExistException {
    return requireSchema(database)
        ? client.models(names.there(), database).stream().map(ModelInfo::name).sorted().toList()
        : List.of();
  }

  private ModelInfo requireModel(ObjectPath model) throws ModelNotExistException {
    Optional<ModelInfo> found =
        CatalogNames.isPossible(model) ? client.findModel(names.full(model)) : Optional.empty();
    if (found.isEmpty()) {
      throw new ModelNotExistException(getName(), model);
    }
    return found.get();
  }

  @Override
  public CatalogModel getModel(ObjectPath model) throws ModelNotExistException {
    requireModel(model);
    throw unsupported(
        "model %s has no input and output columns in Unity Catalog".formatted(model),
        "create a temporary model that has them");
  }

  @Override
  public boolean modelExists(ObjectPath model) {
    return CatalogNames.isPossible(model) && client.findModel(names.full(model)).isPresent();
  }

  @Override
  public void dropModel(ObjectPath model, boolean ignoreIfNotExists) throws ModelNotExistException {
    if (ignoreIfNotExists && !modelExists(model)) {
      return;
    }
    requireModel(model);
    client.deleteModel(names.full(model));
  }

  @Override
  public void renameModel(ObjectPath model, String newName, boolean ignoreIfNotExists)
      throws ModelNotExistException, ModelAlreadyExistException {
    if (ignoreIfNotExists && !modelExists(model)) {
      return;
    }
    requireModel(model);
    try {
      client.renameModel(names.full(model), newName);
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.SECURABLE_EXISTS) {
        throw new ModelAlreadyExistException(
            getName(), new ObjectPath(model.getDatabaseName(), newName), e);
      }
      throw e;
    }
  }

  // ---- partitions and statistics -------------------------------------------------------------

  /** Values of partition columns are data: whoever lists them must be able to read it. */
  @Override
  public List<CatalogPartitionSpec> listPartitions(ObjectPath table)
      throws TableNotExistException, TableNotPartitionedException {
    Optional<TableSnapshot> latest = readable(table);
    if (latest.isEmpty() || latest.get().partitionColumns().isEmpty()) {
      throw new TableNotPartitionedException(getName(), table);
    }
    return files.partitions(latest.get()).stream().map(CatalogPartitionSpec::new).toList();
  }

  @Override
  public List<CatalogPartitionSpec> listPartitions(ObjectPath table, CatalogPartitionSpec spec)
      throws TableNotExistException, TableNotPartitionedException {
    Set<Map.Entry<String, String>> wanted = spec.getPartitionSpec().entrySet();
    return listPartitions(table).stream()
        .filter(partition -> partition.getPartitionSpec().entrySet().containsAll(wanted))
        .toList();
  }

  private Optional<TableSnapshot> readable(ObjectPath table) throws TableNotExistException {
    TableInfo found = requireTable(table);
    if (found.isView()) {
      return Optional.empty();
    }
    tables.require(found, Access.READ);
    return CatalogTables.latest(CatalogTables.location(found));
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
  public CatalogTableStatistics getTableStatistics(ObjectPath table) throws TableNotExistException {
    return statistics(table, files::statistics, CatalogTableStatistics.UNKNOWN);
  }

  @Override
  public CatalogColumnStatistics getTableColumnStatistics(ObjectPath table)
      throws TableNotExistException {
    return statistics(table, files::columnStatistics, CatalogColumnStatistics.UNKNOWN);
  }

  /** What is least and greatest is data, too; who may not read it plans without. */
  private <T> T statistics(ObjectPath table, Function<TableSnapshot, T> of, T unknown)
      throws TableNotExistException {
    try {
      return readable(table).map(of).orElse(unknown);
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.PERMISSION_DENIED) {
        return unknown;
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return "catalog %s at %s".formatted(names.there(), client);
  }
}
