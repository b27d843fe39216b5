package io.millrace.catalog.flink.rest;

import static io.millrace.catalog.flink.rest.HttpCalls.segment;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.flink.rest.Wire.Assignment;
import io.millrace.catalog.flink.rest.Wire.CreateSchema;
import io.millrace.catalog.flink.rest.Wire.CreateStagingTable;
import io.millrace.catalog.flink.rest.Wire.CreateTable;
import io.millrace.catalog.flink.rest.Wire.EffectiveAssignment;
import io.millrace.catalog.flink.rest.Wire.FunctionInfo;
import io.millrace.catalog.flink.rest.Wire.ModelInfo;
import io.millrace.catalog.flink.rest.Wire.Permissions;
import io.millrace.catalog.flink.rest.Wire.SchemaInfo;
import io.millrace.catalog.flink.rest.Wire.StagingTable;
import io.millrace.catalog.flink.rest.Wire.TableInfo;
import io.millrace.catalog.flink.rest.Wire.UpdateModel;
import io.millrace.catalog.flink.rest.Wire.UpdatePermissions;
import io.millrace.catalog.flink.rest.Wire.UpdateSchema;
import io.millrace.catalog.flink.rest.Wire.UpdateTable;
import io.millrace.catalog.flink.rest.Wire.Why;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Unity Catalog's REST API of version 0.6.0, and what Millrace's server adds to it. Full names have
 * dots between their parts. All calls throw {@link ServerRefusal} with the server's own code, or
 * {@link MillraceException} CATALOG_UNREACHABLE. Thread-safe.
 */
public final class UnityClient {
  private static final String UNITY = "/api/2.1/unity-catalog";
  private static final String MILLRACE = "/api/2.1/millrace";
  private static final String PAGE_ROWS = "1000";
  // A server whose pages never end is worse than none.
  private static final int PAGES_MAX = 10_000;

  /** What temporary credentials of a table are for. */
  public enum Access {
    READ,
    READ_WRITE
  }

  private final HttpCalls http;
  private volatile @Nullable Boolean additions;

  /**
   * @param server scheme, host and port
   * @param timeout longest wait for one answer
   */
  public UnityClient(URI server, TokenSource token, Duration timeout) {
    this.http = new HttpCalls(server, token, timeout);
  }

  // ---- schemas -------------------------------------------------------------------------------

  /** Fails unless the catalog is there and may be seen. */
  public void requireCatalog(String catalog) {
    http.get(JsonNode.class, UNITY + "/catalogs/" + segment(catalog), Map.of());
  }

  private record SchemaList(@Nullable List<SchemaInfo> schemas, @Nullable String nextPageToken) {}

  public List<SchemaInfo> schemas(String catalog) {
    return pages(
        SchemaList.class,
        "/schemas",
        Map.of("catalog_name", catalog),
        SchemaList::schemas,
        SchemaList::nextPageToken);
  }

  public Optional<SchemaInfo> findSchema(String fullName) {
    return find(
        "SCHEMA",
        () -> http.get(SchemaInfo.class, UNITY + "/schemas/" + segment(fullName), Map.of()));
  }

  public void createSchema(CreateSchema schema) {
    http.post(SchemaInfo.class, UNITY + "/schemas", schema);
  }

  public void updateSchema(String fullName, UpdateSchema update) {
    http.patch(SchemaInfo.class, UNITY + "/schemas/" + segment(fullName), update);
  }

  /**
   * @param force with all that is in it
   */
  public void deleteSchema(String fullName, boolean force) {
    http.delete(UNITY + "/schemas/" + segment(fullName), Map.of("force", Boolean.toString(force)));
  }

  // ---- tables --------------------------------------------------------------------------------

  private record TableList(@Nullable List<TableInfo> tables, @Nullable String nextPageToken) {}

  /** Tables and views of a schema, without their columns where the server can leave them out. */
  public List<TableInfo> tables(String catalog, String schema) {
    return pages(
        TableList.class,
        "/tables",
        Map.of(
            "catalog_name",
            catalog,
            "schema_name",
            schema,
            "omit_columns",
            "true",
            "omit_properties",
            "true"),
        TableList::tables,
        TableList::nextPageToken);
  }

  /** A table or view; empty if it is not there or not to be seen, or its schema or catalog. */
  public Optional<TableInfo> findTable(String fullName) {
    return find(
        "TABLE", () -> http.get(TableInfo.class, UNITY + "/tables/" + segment(fullName), Map.of()));
  }

  public TableInfo createTable(CreateTable table) {
    return http.post(TableInfo.class, UNITY + "/tables", table);
  }

  public StagingTable createStagingTable(String catalog, String schema, String name) {
    return http.post(
        StagingTable.class,
        UNITY + "/staging-tables",
        new CreateStagingTable(name, catalog, schema));
  }

  public void deleteTable(String fullName) {
    http.delete(UNITY + "/tables/" + segment(fullName), Map.of());
  }

  /** An addition of Millrace's. */
  public void updateTable(String fullName, UpdateTable update) {
    requireAdditions("changing a table or view");
    http.patch(TableInfo.class, UNITY + "/tables/" + segment(fullName), update);
  }

  private record OfTable(String tableId, String operation) {}

  private record OfPath(String url, String operation) {}

  /** Fails unless the table's files may be read, or written. What is vended is not kept. */
  public void requireAccess(String tableId, Access access) {
    http.ask(
        JsonNode.class,
        UNITY + "/temporary-table-credentials",
        new OfTable(tableId, access.name()));
  }

  /** Fails unless an external table may be made at a place. */
  public void requireTableMayBeMadeAt(String location) {
    http.ask(
        JsonNode.class,
        UNITY + "/temporary-path-credentials",
        new OfPath(location, "PATH_CREATE_TABLE"));
  }

  // ---- functions and models ------------------------------------------------------------------

  private record FunctionList(
      @Nullable List<FunctionInfo> functions, @Nullable String nextPageToken) {}

  public List<FunctionInfo> functions(String catalog, String schema) {
    return known(
            () ->
                pages(
                    FunctionList.class,
                    "/functions",
                    Map.of("catalog_name", catalog, "schema_name", schema),
                    FunctionList::functions,
                    FunctionList::nextPageToken))
        .orElse(List.of());
  }

  public Optional<FunctionInfo> findFunction(String fullName) {
    return known(
            () ->
                find(
                    "FUNCTION",
                    () ->
                        http.get(
                            FunctionInfo.class,
                            UNITY + "/functions/" + segment(fullName),
                            Map.of())))
        .flatMap(Function.identity());
  }

  public void deleteFunction(String fullName) {
    http.delete(UNITY + "/functions/" + segment(fullName), Map.of());
  }

  private record ModelList(
      @Nullable List<ModelInfo> registeredModels, @Nullable String nextPageToken) {}

  public List<ModelInfo> models(String catalog, String schema) {
    return known(
            () ->
                pages(
                    ModelList.class,
                    "/models",
                    Map.of("catalog_name", catalog, "schema_name", schema),
                    ModelList::registeredModels,
                    ModelList::nextPageToken))
        .orElse(List.of());
  }

  public Optional<ModelInfo> findModel(String fullName) {
    return known(
            () ->
                find(
                    "REGISTERED_MODEL",
                    () ->
                        http.get(
                            ModelInfo.class, UNITY + "/models/" + segment(fullName), Map.of())))
        .flatMap(Function.identity());
  }

  public void renameModel(String fullName, String newName) {
    http.patch(ModelInfo.class, UNITY + "/models/" + segment(fullName), new UpdateModel(newName));
  }

  public void deleteModel(String fullName) {
    http.delete(UNITY + "/models/" + segment(fullName), Map.of());
  }

  // ---- privileges ----------------------------------------------------------------------------

  private static String on(String what, SecurableType type, String fullName) {
    return UNITY + "/" + what + "/" + type.wireName() + "/" + segment(fullName);
  }

  public Permissions changePermissions(
      SecurableType type, String fullName, UpdatePermissions changes) {
    return http.patch(Permissions.class, on("permissions", type, fullName), changes);
  }

  /**
   * Grants on a securable itself.
   *
   * @param principal whose; empty for all that the caller may see
   */
  public List<Assignment> permissions(
      SecurableType type, String fullName, Optional<String> principal) {
    Permissions found =
        http.get(Permissions.class, on("permissions", type, fullName), whose(principal));
    return requireNonNullElse(found.privilegeAssignments(), List.of());
  }

  private record Effective(@Nullable List<EffectiveAssignment> privilegeAssignments) {}

  /** Privileges on a securable, inherited ones too; an addition to the API. */
  public List<EffectiveAssignment> effectivePermissions(
      SecurableType type, String fullName, Optional<String> principal) {
    requireAdditions("showing privileges that are inherited");
    Effective found =
        http.get(Effective.class, on("effective-permissions", type, fullName), whose(principal));
    return requireNonNullElse(found.privilegeAssignments(), List.of());
  }

  private static Map<String, String> whose(Optional<String> principal) {
    return principal.map(name -> Map.of("principal", name)).orElse(Map.of());
  }

  /** Why somebody may or may not do something; an addition of Millrace's. */
  public Why why(String action, SecurableType type, String fullName, Optional<String> principal) {
    requireAdditions("telling why somebody may or may not do something");
    Map<String, String> query = new LinkedHashMap<>(whose(principal));
    query.put("action", action);
    query.put("securable_type", type.wireName());
    query.put("full_name", fullName);
    return http.get(Why.class, MILLRACE + "/access/why", query);
  }

  /** The id of the metastore, which is what its full name is. */
  public String metastore() {
    return http.get(JsonNode.class, UNITY + "/metastore_summary", Map.of())
        .path("metastore_id")
        .asText("");
  }

  /**
   * Fails for a server that is not Millrace's.
   *
   * @throws MillraceException SQL_UNSUPPORTED
   */
  private void requireAdditions(String what) {
    if (!hasAdditions()) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "the catalog server at %s has no call for %s".formatted(http, what),
          "do it with a tool of that server, or use Millrace's");
    }
  }

  /** Whether the server is Millrace's; asked once. */
  private boolean hasAdditions() {
    Boolean known = additions;
    if (known == null) {
      known = probe();
      additions = known;
    }
    return known;
  }

  private boolean probe() {
    try {
      http.get(
          JsonNode.class,
          MILLRACE + "/access/why",
          Map.of(
              "action",
              "CREATE_CATALOG",
              "securable_type",
              SecurableType.METASTORE.wireName(),
              "full_name",
              metastore()));
      return true;
    } catch (ServerRefusal e) {
      if (e.code() == ErrorCode.UNAUTHENTICATED) {
        throw e;
      }
      // Unity Catalog's own server answers 500 at paths that it does not have.
      return !e.isUnknownCall() && e.status() < 500;
    }
  }

  // ---- what they have in common --------------------------------------------------------------

  private <P, T> List<T> pages(
      Class<P> type,
      String path,
      Map<String, String> query,
      Function<P, @Nullable List<T>> rows,
      Function<P, @Nullable String> next) {
    List<T> all = new ArrayList<>();
    Map<String, String> asked = new LinkedHashMap<>(query);
    asked.put("max_results", PAGE_ROWS);
    for (int page = 0; page < PAGES_MAX; page++) {
      P found = http.get(type, UNITY + path, asked);
      List<T> some = rows.apply(found);
      all.addAll(some == null ? List.of() : some);
      String token = next.apply(found);
      if (token == null || token.isEmpty()) {
        return all;
      }
      asked.put("page_token", token);
    }
    throw new MillraceException(
        ErrorCode.LIMIT_EXCEEDED,
        "the list at %s%s has more than %d pages".formatted(http, path, PAGES_MAX),
        "look into the catalog server");
  }

  /** Not there, or in something that is not there. */
  private static <T> Optional<T> find(String what, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (ServerRefusal e) {
      if (e.isNotFound(what) || e.isNotFound("SCHEMA") || e.isNotFound("CATALOG")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Empty for a server that does not have the call at all. */
  private static <T> Optional<T> known(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (ServerRefusal e) {
      if (e.isUnknownCall()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return http.toString();
  }
}
