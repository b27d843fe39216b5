package io.millrace.catalog.server.rest;

import static io.millrace.catalog.server.rest.ClientFailures.assertFails;
import static io.millrace.catalog.server.rest.ClientFailures.withoutRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.StagingTables;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.api.TablesApi;
import io.unitycatalog.client.api.TemporaryCredentialsApi;
import io.unitycatalog.client.model.ColumnInfo;
import io.unitycatalog.client.model.ColumnTypeName;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateSchema;
import io.unitycatalog.client.model.CreateStagingTable;
import io.unitycatalog.client.model.CreateTable;
import io.unitycatalog.client.model.DataSourceFormat;
import io.unitycatalog.client.model.Dependency;
import io.unitycatalog.client.model.DependencyList;
import io.unitycatalog.client.model.GenerateTemporaryTableCredential;
import io.unitycatalog.client.model.ListTablesResponse;
import io.unitycatalog.client.model.StagingTableInfo;
import io.unitycatalog.client.model.TableDependency;
import io.unitycatalog.client.model.TableInfo;
import io.unitycatalog.client.model.TableOperation;
import io.unitycatalog.client.model.TableType;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and views, by Unity Catalog's official client: checks 14 to 19. */
class TestTables {
  @TempDir private Path folder;
  private final Hands clock = new Hands();
  private CatalogServer server;
  private TablesApi tables;

  /** A clock that is set by hand. */
  private static final class Hands extends Clock {
    private Instant now = Instant.parse("2026-11-29T10:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = CatalogServer.start(folder, clock);
    new CatalogsApi(server.as(CatalogServer.ADMIN)).createCatalog(new CreateCatalog().name("main"));
    new SchemasApi(server.as(CatalogServer.ADMIN))
        .createSchema(new CreateSchema().name("s").catalogName("main"));
    tables = new TablesApi(server.as(CatalogServer.ADMIN));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static CreateTable table(String name) {
    return new CreateTable().name(name).catalogName("main").schemaName("s").columns(List.of());
  }

  private CreateTable external(String name) {
    return at(name, folder.resolve("data/" + name).toUri().toString());
  }

  private static CreateTable at(String name, String location) {
    return table(name)
        .tableType(TableType.EXTERNAL)
        .dataSourceFormat(DataSourceFormat.DELTA)
        .storageLocation(location);
  }

  private static CreateTable view(String name, String query) {
    return table(name).tableType(TableType.VIEW).viewDefinition(query);
  }

  private static ColumnInfo column(String name, int position) {
    return new ColumnInfo()
        .name(name)
        .typeText("int")
        .typeName(ColumnTypeName.INT)
        .typeJson("\"integer\"")
        .nullable(true)
        .position(position);
  }

  @Test
  void anExternalTableIsMadeAndItsColumnsComeBackAsTheyWere() throws Exception {
    ColumnInfo id =
        new ColumnInfo()
            .name("Id")
            .typeText("BIGINT")
            .typeName(ColumnTypeName.LONG)
            .typeJson("{\"name\":\"Id\",\"type\":\"long\",\"nullable\":false,\"metadata\":{}}")
            .nullable(false)
            .comment("number")
            .position(0);
    ColumnInfo price =
        new ColumnInfo()
            .name("price")
            .typeText("decimal(10,2)")
            .typeName(ColumnTypeName.DECIMAL)
            .typeJson("\"decimal(10,2)\"")
            .typePrecision(10)
            .typeScale(2)
            .nullable(true)
            .position(1);
    ColumnInfo day =
        new ColumnInfo()
            .name("day")
            .typeText("interval day")
            .typeName(ColumnTypeName.INTERVAL)
            .typeIntervalType("DAY")
            .typeJson("\"interval day\"")
            .nullable(true)
            .partitionIndex(0)
            .position(2);

    TableInfo made =
        tables.createTable(
            external("Orders")
                .columns(List.of(day, id, price))
                .comment("all orders")
                .properties(Map.of("k", "v")));

    assertThat(made.getColumns()).containsExactly(id, price, day);
    assertThat(UUID.fromString(made.getTableId())).isNotNull();
    assertThat(made.getOwner()).isEqualTo(CatalogServer.ADMIN);
    assertThat(made.getCreatedAt()).isEqualTo(clock.now.toEpochMilli());
    assertThat(made.getTableType()).isEqualTo(TableType.EXTERNAL);
    assertThat(made.getDataSourceFormat()).isEqualTo(DataSourceFormat.DELTA);
    assertThat(made.getStorageLocation()).isEqualTo("file://" + folder.resolve("data/Orders"));
    assertThat(made.getComment()).isEqualTo("all orders");
    assertThat(made.getProperties()).isEqualTo(Map.of("k", "v"));
    assertThat(tables.getTable("MAIN.S.ORDERS", null, null)).isEqualTo(made);
    assertFails(400, "TABLE_ALREADY_EXISTS", () -> tables.createTable(external("orders")));
    tables.deleteTable("main.s.orders");
    assertFails(404, "TABLE_NOT_FOUND", () -> tables.getTable("main.s.orders", null, null));
  }

  @Test
  void everyFormatAndEveryStoreIsTaken() throws Exception {
    for (DataSourceFormat format : DataSourceFormat.values()) {
      if (format != DataSourceFormat.UNKNOWN_DEFAULT_OPEN_API) {
        TableInfo made = tables.createTable(external(format.name()).dataSourceFormat(format));
        assertThat(made.getDataSourceFormat()).isEqualTo(format);
      }
    }
    assertThat(tables.createTable(at("s3", "s3a://Bucket//t/")).getStorageLocation())
        .isEqualTo("s3://bucket/t");
    assertFails(
        400, "INVALID_ARGUMENT", "whole bucket", () -> tables.createTable(at("b", "s3://bucket")));
    HttpResponse<String> iceberg =
        server.send(
            CatalogServer.ADMIN,
            "POST",
            "/api/2.1/unity-catalog/tables",
            """
            {"name":"i","catalog_name":"main","schema_name":"s","table_type":"EXTERNAL",
             "data_source_format":"ICEBERG","columns":[],"storage_location":"file:///tmp/i"}
            """);
    assertThat(iceberg.statusCode()).isEqualTo(400);
    assertThat(iceberg.body()).contains("the data_source_format ICEBERG is not known");
  }

  @Test
  void twoTablesNeverShareAPlaceHoweverItIsWritten() throws Exception {
    String place = "file://" + folder.resolve("data/t");
    tables.createTable(at("t", place));

    for (String same :
        List.of(
            place,
            place + "/",
            "file:" + folder.resolve("data/t"),
            folder.resolve("data") + "//t",
            place + "/below",
            "file://" + folder.resolve("data"),
            "file://" + folder.resolve("data/%74"))) {
      assertFails(
          400,
          "INVALID_ARGUMENT",
          "is in use, or lies in or around",
          () -> tables.createTable(at("u", same)));
    }
    for (String elsewhere :
        List.of(
            place + "/../t",
            place + "/x/%2e%2e/%2e%2e/t",
            place + "/..%2ft",
            place + "/./x",
            "file://user:pass@" + folder.resolve("data/u"),
            "file://other-host" + folder.resolve("data/u"),
            "s3://user:secret@bucket/u",
            "s3://bucket/u?versionId=1",
            place + "2?x=1",
            place + "2#part",
            "http://host/u",
            "relative/u",
            "file:///")) {
      assertFails(
          400, "INVALID_ARGUMENT", "is no location", () -> tables.createTable(at("u", elsewhere)));
    }
    HttpResponse<String> refused =
        server.send(
            CatalogServer.ADMIN,
            "POST",
            "/api/2.1/unity-catalog/tables",
            """
            {"name":"u","catalog_name":"main","schema_name":"s","table_type":"EXTERNAL",
             "data_source_format":"DELTA","columns":[],"storage_location":"s3://me:secret@b/u"}
            """);
    assertThat(refused.body()).doesNotContain("secret");
    tables.createTable(at("t2", place + "x"));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "is in or around the place of managed tables",
        () -> tables.createTable(at("m", "file://" + folder.resolve("managed/tables/x"))));
    assertFails(400, "INVALID_ARGUMENT", () -> tables.createTable(at("m", "file://" + folder)));
    tables.deleteTable("main.s.t");
    tables.createTable(at("again", place));
  }

  @Test
  void anExternalTableNeedsAPrivilegeOnItsPlace() throws Exception {
    useSchema("ann@x", Privilege.CREATE_TABLE);
    TablesApi ann = new TablesApi(server.as("ann@x"));

    assertFails(
        403,
        "PERMISSION_DENIED",
        "is in no external location that you may use",
        () -> ann.createTable(external("t")));
    scene().location("landing", folder.resolve("data"));
    assertFails(
        403,
        "PERMISSION_DENIED",
        "is in no external location that you may use",
        () -> ann.createTable(external("t")));
    server.grant("ann@x", SecurableType.EXTERNAL_LOCATION, "landing", Privilege.READ_FILES);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "CREATE_EXTERNAL_TABLE needs CREATE EXTERNAL TABLE on external location landing",
        () -> ann.createTable(external("t")));
    server.grant(
        "ann@x", SecurableType.EXTERNAL_LOCATION, "landing", Privilege.CREATE_EXTERNAL_TABLE);
    assertThat(ann.createTable(external("t")).getOwner()).isEqualTo("ann@x");
  }

  private Scene scene() {
    return new Scene(server);
  }

  private void useSchema(String user, Privilege... more) {
    server.grant(user, SecurableType.CATALOG, "main", Privilege.USE_CATALOG);
    List<Privilege> privileges = new ArrayList<>(List.of(more));
    privileges.add(Privilege.USE_SCHEMA);
    server.grant(user, SecurableType.SCHEMA, "main.s", privileges.toArray(new Privilege[0]));
  }

  @Test
  void aManagedTableIsMadeFromAStagingTableOfTheSameCaller() throws Exception {
    useSchema("ann@x", Privilege.CREATE_TABLE);
    useSchema("bob@x", Privilege.CREATE_TABLE);
    TablesApi ann = new TablesApi(server.as("ann@x"));
    TablesApi bob = new TablesApi(server.as("bob@x"));
    StagingTableInfo staged =
        ann.createStagingTable(
            new CreateStagingTable().name("t").catalogName("main").schemaName("s"));

    assertThat(staged.getName()).isEqualTo("t");
    assertThat(staged.getStagingLocation())
        .isEqualTo("file://" + folder.resolve("managed/tables/" + staged.getId()));
    assertThat(
            new TemporaryCredentialsApi(server.as("ann@x"))
                .generateTemporaryTableCredentials(
                    new GenerateTemporaryTableCredential()
                        .tableId(staged.getId())
                        .operation(TableOperation.READ_WRITE))
                .getUrl())
        .isEqualTo(staged.getStagingLocation());
    assertFails(
        404,
        "TABLE_NOT_FOUND",
        () ->
            new TemporaryCredentialsApi(server.as("bob@x"))
                .generateTemporaryTableCredentials(
                    new GenerateTemporaryTableCredential()
                        .tableId(staged.getId())
                        .operation(TableOperation.READ)));
    CreateTable managed = managed("t", staged);
    assertFails(
        403, "PERMISSION_DENIED", "was given to somebody else", () -> bob.createTable(managed));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "was given for another table",
        () -> ann.createTable(managed("other", staged)));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "the property io.unitycatalog.tableId is missing",
        () -> ann.createTable(managed("t", staged).properties(Map.of())));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "a managed table cannot be PARQUET",
        () -> ann.createTable(managed("t", staged).dataSourceFormat(DataSourceFormat.PARQUET)));

    TableInfo made = ann.createTable(managed);

    assertThat(made.getTableId()).isEqualTo(staged.getId());
    assertThat(made.getTableType()).isEqualTo(TableType.MANAGED);
    assertThat(made.getOwner()).isEqualTo("ann@x");
    assertFails(400, "TABLE_ALREADY_EXISTS", () -> ann.createTable(managed));
    assertFails(
        404,
        "TABLE_NOT_FOUND",
        "no managed table is to be made at",
        () -> ann.createTable(managed("u", staged)));
    assertFails(
        400,
        "TABLE_ALREADY_EXISTS",
        () ->
            ann.createStagingTable(
                new CreateStagingTable().name("T").catalogName("main").schemaName("s")));
  }

  private static CreateTable managed(String name, StagingTableInfo staged) {
    return table(name)
        .tableType(TableType.MANAGED)
        .dataSourceFormat(DataSourceFormat.DELTA)
        .storageLocation(staged.getStagingLocation())
        .properties(Map.of("io.unitycatalog.tableId", staged.getId()));
  }

  @Test
  void aStagingTableOutlivesARestartAndExpires() throws Exception {
    CreateStagingTable request =
        new CreateStagingTable().name("t").catalogName("main").schemaName("s");
    StagingTableInfo kept = tables.createStagingTable(request);
    StagingTableInfo lost = tables.createStagingTable(request);
    server.close();
    server = CatalogServer.restart(folder, clock);
    tables = new TablesApi(server.as(CatalogServer.ADMIN));
    clock.now = clock.now.plus(StagingTables.VALIDITY).minus(Duration.ofSeconds(1));
    tables.createTable(managed("t", kept));
    tables.deleteTable("main.s.t");

    clock.now = clock.now.plusSeconds(1);

    assertFails(404, "TABLE_NOT_FOUND", () -> tables.createTable(managed("t", lost)));
    assertFails(
        404,
        "TABLE_NOT_FOUND",
        () ->
            new TemporaryCredentialsApi(server.as(CatalogServer.ADMIN))
                .generateTemporaryTableCredentials(
                    new GenerateTemporaryTableCredential()
                        .tableId(lost.getId())
                        .operation(TableOperation.READ)));
  }

  @Test
  void aViewComesBackWithItsQueryAndWhatItReads() throws Exception {
    tables.createTable(external("t"));
    DependencyList reads =
        new DependencyList()
            .addDependenciesItem(
                new Dependency().table(new TableDependency().tableFullName("main.s.t")));

    TableInfo made =
        tables.createTable(
            view("v", "SELECT id FROM main.s.t")
                .columns(List.of(column("id", 0)))
                .viewDependencies(reads));

    assertThat(made.getTableType()).isEqualTo(TableType.VIEW);
    assertThat(made.getViewDefinition()).isEqualTo("SELECT id FROM main.s.t");
    assertThat(made.getViewDependencies()).isEqualTo(reads);
    assertThat(made.getStorageLocation()).isNull();
    assertThat(made.getDataSourceFormat()).isNull();
    assertThat(tables.getTable("main.s.v", null, null)).isEqualTo(made);
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "a VIEW needs a view_definition",
        () -> tables.createTable(view("w", " ")));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "a VIEW has no storage_location",
        () -> tables.createTable(view("w", "SELECT 1").storageLocation("file:///tmp/w")));
    useSchema("ann@x", Privilege.CREATE_TABLE);
    assertFails(
        404,
        "TABLE_NOT_FOUND",
        "there is no table main.s.t that you may see",
        () ->
            new TablesApi(server.as("ann@x"))
                .createTable(view("w", "SELECT * FROM main.s.t").viewDependencies(reads)));
  }

  @Test
  void streamingTablesAndMaterializedViewsAreManagedOnesToThoseWhoKnowNoOthers() throws Exception {
    tables.createTable(
        external("st").tableType(TableType.STREAMING_TABLE).viewDefinition("SELECT 1"));
    StagingTableInfo staged =
        tables.createStagingTable(
            new CreateStagingTable().name("mv").catalogName("main").schemaName("s"));
    TableInfo view =
        tables.createTable(
            table("mv")
                .tableType(TableType.MATERIALIZED_VIEW)
                .dataSourceFormat(DataSourceFormat.DELTA)
                .storageLocation(staged.getStagingLocation())
                .viewDefinition("SELECT 2"));

    assertThat(view.getTableId()).isEqualTo(staged.getId());
    assertThat(tables.getTable("main.s.st", null, null).getTableType())
        .isEqualTo(TableType.MANAGED);
    assertThat(tables.getTable("main.s.mv", true, true).getTableType())
        .isEqualTo(TableType.MANAGED);
    assertThat(tables.getTable("main.s.st", false, true).getTableType())
        .isEqualTo(TableType.STREAMING_TABLE);
    assertThat(tables.getTable("main.s.mv", false, false).getTableType())
        .isEqualTo(TableType.MATERIALIZED_VIEW);
    assertThat(tables.getTable("main.s.mv", false, false).getViewDefinition())
        .isEqualTo("SELECT 2");
    useSchema("ann@x", Privilege.CREATE_TABLE);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "CREATE_MATERIALIZED_VIEW needs CREATE MATERIALIZED VIEW on schema main.s",
        () ->
            new TablesApi(server.as("ann@x"))
                .createTable(
                    table("mv2").tableType(TableType.MATERIALIZED_VIEW).viewDefinition("SELECT")));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "tables of the type METRIC_VIEW are not made here",
        () -> tables.createTable(table("m").tableType(TableType.METRIC_VIEW)));
  }

  @Test
  void listsShowWhatTheCallerMaySeeWithoutEmptyPages() throws Exception {
    for (int i = 0; i < 9; i++) {
      tables.createTable(external("t" + i));
    }
    useSchema("ann@x");
    server.grant("ann@x", SecurableType.TABLE, "main.s.t4", Privilege.SELECT);
    server.grant("ann@x", SecurableType.TABLE, "main.s.t8", Privilege.MODIFY);
    TablesApi ann = new TablesApi(server.as("ann@x"));

    List<String> names = new ArrayList<>();
    String token = null;
    do {
      ListTablesResponse page = ann.listTables("main", "s", 1, token);
      assertThat(page.getTables()).as("no page before the end is empty").hasSize(1);
      names.add(page.getTables().get(0).getName());
      token = page.getNextPageToken();
    } while (token != null);

    assertThat(names).containsExactly("t4", "t8");
    assertThat(tables.listTables("main", "s", 4, null).getTables()).hasSize(4);
    assertFails(
        404,
        "SCHEMA_NOT_FOUND",
        () -> new TablesApi(server.as("eve@x")).listTables("main", "s", null, null));
    JsonNode lean =
        Json.tree(
            server
                .send(
                    CatalogServer.ADMIN,
                    "GET",
                    "/api/2.1/unity-catalog/tables?catalog_name=main&schema_name=s&max_results=1"
                        + "&omit_columns=true&omit_properties=true",
                    null)
                .body()
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(lean.at("/tables/0").has("columns")).isFalse();
    assertThat(lean.at("/tables/0").has("properties")).isFalse();
    assertThat(lean.at("/tables/0/name").asText()).isEqualTo("t0");
  }

  @Test
  void whatIsHiddenAndWhatIsMissingReadTheSameWhateverItsCase() throws Exception {
    tables.createTable(external("Secret"));
    useSchema("eve@x");

    for (String method : List.of("GET", "DELETE", "PATCH")) {
      String body = method.equals("PATCH") ? "{\"comment\":\"x\"}" : null;
      String path = "/api/2.1/unity-catalog/tables/main.s.";
      HttpResponse<String> hidden = server.send("eve@x", method, path + "SECRET", body);
      HttpResponse<String> missing = server.send("eve@x", method, path + "NOTHING", body);
      assertThat(hidden.statusCode()).isEqualTo(404).isEqualTo(missing.statusCode());
      assertThat(withoutRequest(hidden.body()))
          .isEqualTo(withoutRequest(missing.body()).replace("NOTHING", "SECRET"));
    }
  }

  private HttpResponse<String> patch(String user, String table, String body) throws Exception {
    return server.send(user, "PATCH", "/api/2.1/unity-catalog/tables/" + table, body);
  }

  @Test
  void aTableIsRenamedAndGrantsGoWithItAndNotWithItsName() throws Exception {
    TableInfo made = tables.createTable(external("t").columns(List.of(column("a", 0))));
    useSchema("ann@x");
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT);

    HttpResponse<String> changed =
        patch(
            CatalogServer.ADMIN,
            "main.s.t",
            """
            {"new_name":"u","comment":"c","properties":{"a":"b"},"owner":"bob@x"}
            """);

    assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    TablesApi ann = new TablesApi(server.as("ann@x"));
    TableInfo renamed = ann.getTable("main.s.u", null, null);
    assertThat(renamed.getTableId()).isEqualTo(made.getTableId());
    assertThat(renamed.getOwner()).isEqualTo("bob@x");
    assertThat(renamed.getComment()).isEqualTo("c");
    assertThat(renamed.getProperties()).isEqualTo(Map.of("a", "b"));
    assertThat(renamed.getColumns()).isEqualTo(made.getColumns());
    assertFails(404, "TABLE_NOT_FOUND", () -> ann.getTable("main.s.t", null, null));
    tables.createTable(at("t", "file://" + folder.resolve("data/other")));
    assertFails(404, "TABLE_NOT_FOUND", () -> ann.getTable("main.s.t", null, null));
    assertThat(patch("bob@x", "main.s.u", "{\"new_name\":\"v\"}").body())
        .as("the owner needs the containers, too")
        .contains("ALTER needs USE CATALOG on catalog main");
    assertThat(patch(CatalogServer.ADMIN, "main.s.u", "{\"new_name\":\"T\"}").body())
        .contains("TABLE_ALREADY_EXISTS");
    assertThat(patch(CatalogServer.ADMIN, "main.s.u", "{\"owner\":\"nobody@x\"}").statusCode())
        .isEqualTo(404);
    assertThat(patch("ann@x", "main.s.u", "{\"comment\":\"mine\"}").body())
        .contains("ALTER needs MANAGE on table main.s.u, or ownership of it");
  }

  @Test
  void columnsAreChangedAsAWhole() throws Exception {
    tables.createTable(external("t").columns(List.of(column("a", 0), column("b", 1))));

    HttpResponse<String> changed =
        patch(
            CatalogServer.ADMIN,
            "main.s.t",
            """
            {"columns":[{"name":"b","type_text":"bigint","type_name":"LONG","comment":"wider"},
                        {"name":"c","type_text":"string","type_name":"STRING","nullable":false}]}
            """);

    assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    List<ColumnInfo> columns = tables.getTable("main.s.t", null, null).getColumns();
    assertThat(columns).extracting(ColumnInfo::getName).containsExactly("b", "c");
    assertThat(columns).extracting(ColumnInfo::getPosition).containsExactly(0, 1);
    assertThat(columns.get(0).getTypeName()).isEqualTo(ColumnTypeName.LONG);
    assertThat(columns.get(0).getComment()).isEqualTo("wider");
    assertThat(columns.get(1).getNullable()).isFalse();
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "two columns are called A",
        () -> tables.createTable(external("u").columns(List.of(column("a", 0), column("A", 1)))));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "no column has the position 1",
        () -> tables.createTable(external("u").columns(List.of(column("a", 0), column("b", 2)))));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "type_json of column a is not JSON",
        () -> tables.createTable(external("u").columns(List.of(column("a", 0).typeJson("{")))));
  }

  @Test
  void aDropAnswersInJsonAsTheClientWantsIt() throws Exception {
    tables.createTable(external("t"));
    HttpResponse<String> dropped =
        server.send(CatalogServer.ADMIN, "DELETE", "/api/2.1/unity-catalog/tables/main.s.t", null);
    assertThat(dropped.statusCode()).isEqualTo(200);
    assertThat(dropped.body()).isEqualTo("{}");
    assertThat(dropped.headers().firstValue("Content-Type")).hasValue("application/json");
  }

  @Test
  void aTableWhoseSchemaIsDroppedWhileItIsToldOfIsGone() throws Exception {
    tables.createTable(external("t"));
    Securable found =
        server.work().state().find(SecurableType.TABLE, List.of("main", "s", "t")).orElseThrow();
    new SchemasApi(server.as(CatalogServer.ADMIN)).deleteSchema("main.s", true);

    assertThatThrownBy(() -> TableJson.info(server.work().state(), found, TableJson.View.WHOLE))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("SECURABLE_NOT_FOUND: table t was dropped meanwhile");
  }

  @Test
  void whatATableLacksIsSaid() throws Exception {
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "a table of the type EXTERNAL needs a storage_location",
        () ->
            tables.createTable(
                table("t").tableType(TableType.EXTERNAL).dataSourceFormat(DataSourceFormat.DELTA)));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "a table of the type EXTERNAL needs a data_source_format",
        () -> tables.createTable(external("t").dataSourceFormat(null)));
    assertFails(
        404, "SCHEMA_NOT_FOUND", () -> tables.createTable(external("t").schemaName("nope")));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "is no name for a table",
        () -> tables.createTable(external("a.b")));
    assertFails(
        404,
        "TABLE_NOT_FOUND",
        "no managed table is to be made at",
        () -> tables.createTable(external("t").tableType(TableType.MANAGED)));
  }
}
