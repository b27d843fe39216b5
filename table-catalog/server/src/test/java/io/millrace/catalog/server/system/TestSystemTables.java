package io.millrace.catalog.server.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.audit.AuditReader;
import io.millrace.catalog.server.lineage.DatasetRef;
import io.millrace.catalog.server.lineage.Flow;
import io.millrace.catalog.server.lineage.LineageJob;
import io.millrace.catalog.server.lineage.LineageReport;
import io.millrace.catalog.server.lineage.LineageRun;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.LineageSettings;
import io.millrace.catalog.server.lineage.LineageStore;
import io.millrace.catalog.server.lineage.Transformation;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the catalog says about itself in tables, and to whom. */
class TestSystemTables {
  @TempDir private Path folder;
  private CatalogScene scene;
  private SystemTables tables;
  private LineageService lineage;
  private Securable orders;

  @BeforeEach
  void open() {
    scene = CatalogScene.open(StoreSettings.embedded(folder));
    LineageStore store = LineageStore.open(scene.store(), LineageSettings.DEFAULT);
    lineage = new LineageService(store, scene.gate());
    tables =
        new SystemTables(
            () -> scene.store().state(),
            scene.gate(),
            new AuditReader(scene.store().database().jdbi()),
            lineage);
    orders = scene.table("main.s.orders", "id", "email");
    scene.table("main.s.people", "name");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** All rows, fetched two at a time, as texts of some columns. */
  private List<String> rows(String user, String schema, String table, String... columns) {
    return rows(user, schema, table, SystemFilter.ALL, columns);
  }

  private List<String> rows(
      String user, String schema, String table, SystemFilter filter, String... columns) {
    SystemTable read = tables.require(schema, table);
    List<String> names = read.columns().stream().map(SystemColumn::name).toList();
    List<String> found = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      SystemPage page = read.rows(scene.as(user), filter, 2, token);
      assertThat(page.rows().size()).isLessThanOrEqualTo(2);
      assertThat(page.next().isPresent() && page.rows().isEmpty())
          .as("no page before the end is empty")
          .isFalse();
      for (List<Object> row : page.rows()) {
        assertThat(row).as(table).hasSameSizeAs(names);
        List<String> values = new ArrayList<>();
        for (String column : columns) {
          values.add(String.valueOf(row.get(names.indexOf(column))));
        }
        found.add(String.join(" ", values));
      }
      token = page.next();
    } while (token.isPresent());
    return found;
  }

  private List<String> info(String user, String table, String... columns) {
    return rows(user, "information_schema", table, columns);
  }

  @Test
  void eachViewerSeesTheTablesThatDescribeAllows() {
    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.people", Privilege.SELECT);
    scene.add("other", SecurableType.CATALOG, new Definition.Catalog(Optional.empty()));

    assertThat(info("admin", "tables", "table_catalog", "table_schema", "table_name", "table_type"))
        .containsExactly("main s orders EXTERNAL", "main s people EXTERNAL");
    assertThat(info("ann", "tables", "table_name", "table_owner")).containsExactly("people admin");
    assertThat(info("ann", "columns", "table_name", "column_name", "ordinal_position"))
        .containsExactly("people name 0");
    assertThat(info("admin", "columns", "table_name", "column_name", "full_data_type"))
        .containsExactly("orders id string", "orders email string", "people name string");
    assertThat(info("admin", "catalogs", "catalog_name")).containsExactly("main", "other");
    assertThat(info("ann", "catalogs", "catalog_name")).containsExactly("main");
    assertThat(info("ann", "schemata", "catalog_name", "schema_name")).containsExactly("main s");
    for (SystemTable table : tables.all()) {
      if (table.schema().equals("information_schema")) {
        assertThat(rows("eve", "information_schema", table.name()))
            .as("%s for who has no privilege", table.name())
            .isEmpty();
      }
    }
  }

  @Test
  void filtersNameCatalogSchemaAndTableInAnyCase() {
    scene.add("main.t", SecurableType.SCHEMA, new Definition.Schema(Optional.empty()));
    scene.table("main.t.orders", "x");

    assertThat(
            rows(
                "admin",
                "information_schema",
                "columns",
                SystemFilter.ofTable("MAIN", "S", "Orders"),
                "table_schema",
                "column_name"))
        .containsExactly("s id", "s email");
    assertThat(
            rows(
                "admin",
                "information_schema",
                "tables",
                new SystemFilter(
                    Optional.empty(),
                    Optional.of("t"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                "table_schema",
                "table_name"))
        .containsExactly("t orders");
    assertThat(info("admin", "tables", "table_schema", "table_name"))
        .containsExactly("s orders", "s people", "t orders");
  }

  @Test
  void aPageGoesOnBehindItsLastRowWhateverHasHappenedToIt() {
    SystemTable columns = tables.require("information_schema", "columns");
    SystemPage first = columns.rows(scene.as("admin"), SystemFilter.ALL, 1, Optional.empty());
    scene.drop(orders);
    scene.table("main.s.a_new_one", "x");

    SystemPage rest = columns.rows(scene.as("admin"), SystemFilter.ALL, 10, first.next());

    assertThat(rest.rows()).extracting(row -> row.get(2)).containsExactly("people");
    assertThatThrownBy(() -> columns.rows(scene.as("admin"), SystemFilter.ALL, 1, Optional.of("!")))
        .hasMessageContaining("page_token is none that was given out");
    assertThatThrownBy(() -> columns.rows(scene.as("admin"), SystemFilter.ALL, 0, Optional.empty()))
        .hasMessageContaining("max_results is 0");
  }

  @Test
  void grantsAreShownToWhoMayGrantAndToWhoHasThem() {
    scene.enter("ann", "bob");
    scene.grant("ann", SecurableType.TABLE, "main.s.orders", Privilege.SELECT, Privilege.MODIFY);
    scene.grant("bob", SecurableType.SCHEMA, "main.s", Privilege.SELECT, Privilege.CREATE_TABLE);

    assertThat(
            info(
                "admin",
                "table_privileges",
                "grantee",
                "table_name",
                "privilege_type",
                "inherited_from"))
        .containsExactly(
            "ann orders SELECT NONE",
            "ann orders MODIFY NONE",
            "bob orders SELECT SCHEMA",
            "bob people SELECT SCHEMA");
    assertThat(info("ann", "table_privileges", "grantee", "privilege_type"))
        .containsExactly("ann SELECT", "ann MODIFY");
    assertThat(info("bob", "schema_privileges", "grantee", "privilege_type", "inherited_from"))
        .containsExactly("bob USE SCHEMA CATALOG", "bob CREATE TABLE NONE", "bob SELECT NONE");
    assertThat(info("admin", "catalog_privileges", "grantee", "catalog_name", "privilege_type"))
        .containsExactly(
            "ann main USE CATALOG",
            "ann main USE SCHEMA",
            "bob main USE CATALOG",
            "bob main USE SCHEMA");
  }

  @Test
  void textsOfViewsAndFunctionsAreForWhoMayChangeThem() {
    scene.view("main.s.v", "SELECT email FROM main.s.orders", "main.s.orders");
    scene.add(
        "main.s.f",
        SecurableType.FUNCTION,
        new Definition.SqlFunction(List.of(), "string", "'secret rule'", Optional.empty()));
    scene.add("main.s.files", SecurableType.VOLUME, new Definition.Volume(true, "s3://lake/files"));
    scene.enter("ann");
    scene.grant("ann", SecurableType.SCHEMA, "main.s", Privilege.SELECT, Privilege.EXECUTE);

    assertThat(info("admin", "views", "table_name", "view_definition"))
        .containsExactly("v SELECT email FROM main.s.orders");
    assertThat(info("ann", "views", "table_name", "view_definition")).containsExactly("v null");
    assertThat(info("admin", "routines", "routine_name", "routine_definition"))
        .containsExactly("f 'secret rule'");
    assertThat(info("ann", "routines", "routine_name", "routine_definition", "data_type"))
        .containsExactly("f null string");
    assertThat(info("admin", "volumes", "volume_name", "volume_type", "storage_location"))
        .containsExactly("files MANAGED s3://lake/files");
  }

  @Test
  void tagsConstraintsFiltersAndMasksHaveTheirTables() {
    Securable rule =
        scene.add(
            "main.s.rule",
            SecurableType.FUNCTION,
            new Definition.SqlFunction(List.of(), "boolean", "true", Optional.empty()));
    Definition.Table definition = (Definition.Table) orders.definition();
    Definition.Policy policy = new Definition.Policy(rule.id(), List.of("id"));
    List<Definition.Column> columns =
        List.of(
            definition.columns().get(0),
            definition
                .columns()
                .get(1)
                .withTags(Map.of("class", "pii"))
                .withMask(Optional.of(policy)));
    scene.replace(
        orders
            .withDefinition(
                definition
                    .withColumns(columns)
                    .withConstraints(Map.of("pk", "PRIMARY KEY (id)", "positive", "id > 0"))
                    .withRowFilter(Optional.of(policy)),
                scene.stamp())
            .withTags(Map.of("layer", "gold"), scene.stamp()));

    assertThat(info("admin", "table_tags", "table_name", "tag_name", "tag_value"))
        .containsExactly("orders layer gold");
    assertThat(info("admin", "column_tags", "column_name", "tag_name", "tag_value"))
        .containsExactly("email class pii");
    assertThat(
            info(
                "admin",
                "table_constraints",
                "constraint_name",
                "constraint_type",
                "enforced",
                "check_clause"))
        .containsExactly("pk PRIMARY KEY NO null", "positive CHECK YES id > 0");
    assertThat(info("admin", "row_filters", "table_name", "filter_name", "target_columns"))
        .containsExactly("orders rule id");
    assertThat(info("admin", "column_masks", "column_name", "mask_catalog", "mask_name"))
        .containsExactly("email main rule");
    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.orders", Privilege.SELECT);
    assertThat(info("ann", "column_masks", "column_name", "mask_name"))
        .as("that there is one, not which")
        .containsExactly("email null");
  }

  @Test
  void accessTablesAreForMetastoreAdmins() {
    scene.enter("ann");
    for (String table : List.of("audit", "table_lineage", "column_lineage")) {
      assertThatThrownBy(() -> rows("ann", "access", table))
          .hasMessageContaining(
              "PERMISSION_DENIED: READ_AUDIT needs membership in the group of metastore admins");
    }
    assertThatThrownBy(() -> tables.require("access", "none"))
        .hasMessage(
            "SECURABLE_NOT_FOUND: there is no system table of this name in access\n"
                + "  Remedy: use one of audit, table_lineage, column_lineage");
  }

  @Test
  void theAuditTableHasDatabricksShape() {
    for (AuditEvent.Outcome outcome : AuditEvent.Outcome.values()) {
      scene
          .store()
          .audit(
              List.of(
                  new AuditEvent(
                      CatalogScene.START,
                      Optional.of(scene.as("ann").principal()),
                      "ann",
                      outcome == AuditEvent.Outcome.FAILED ? "createToken" : "getTable",
                      "table",
                      "main.s.orders",
                      Map.of("k", "v"),
                      outcome,
                      outcome == AuditEvent.Outcome.FAILED ? "UNAUTHENTICATED" : "",
                      "r-1",
                      "10.0.0.1")));
    }

    SystemTable audit = tables.require("access", "audit");
    assertThat(audit.columns())
        .extracting(SystemColumn::name)
        .containsExactly(
            "account_id",
            "workspace_id",
            "version",
            "event_time",
            "event_date",
            "source_ip_address",
            "user_agent",
            "session_id",
            "user_identity",
            "service_name",
            "action_name",
            "request_id",
            "request_params",
            "response",
            "audit_level",
            "event_id",
            "identity_metadata");
    assertThat(
            rows(
                "admin",
                "access",
                "audit",
                "service_name",
                "action_name",
                "request_id",
                "response"))
        .containsExactly(
            "accounts createToken r-1"
                + " {status_code=401, error_message=UNAUTHENTICATED, result=null}",
            "unityCatalog getTable r-1 {status_code=403, error_message=null, result=null}",
            "unityCatalog getTable r-1 {status_code=200, error_message=null, result=null}");
    List<Object> row =
        audit.rows(scene.as("admin"), SystemFilter.ALL, 1, Optional.empty()).rows().get(0);
    assertThat(row.get(3)).isEqualTo(CatalogScene.START);
    assertThat(row.get(4)).isEqualTo(LocalDate.of(2026, 11, 29));
    assertThat(row.get(12))
        .isEqualTo(Map.of("k", "v", "securable_type", "table", "full_name_arg", "main.s.orders"));
    assertThat(
            rows(
                "admin",
                "access",
                "audit",
                new SystemFilter(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(CatalogScene.START.plusSeconds(1)),
                    Optional.empty())))
        .isEmpty();
  }

  @Test
  void lineageTablesHaveDatabricksColumnsAndTheNewestFirst() {
    Caller admin = scene.as("admin");
    DatasetRef topic = new DatasetRef.Outside("kafka://b:9092", "orders");
    DatasetRef file = new DatasetRef.Outside("s3://raw", "people.json");
    for (Flow flow :
        List.of(
            Flow.of(
                topic,
                "id",
                new DatasetRef.Cataloged(orders.id()),
                "id",
                new Transformation(Transformation.Kind.DIRECT, "IDENTITY", "", false)),
            Flow.of(
                file,
                new DatasetRef.Cataloged(scene.find(SecurableType.TABLE, "main.s.people").id())),
            Flow.read(new DatasetRef.Cataloged(orders.id()), ""))) {
      scene.clock().advance(Duration.ofMinutes(1));
      lineage.record(
          admin,
          new LineageReport(
              new LineageReport.Job(
                  "millrace", "j", LineageJob.Kind.STATEMENT, false, admin.principal()),
              scene.clock().instant(),
              Optional.of(
                  new LineageReport.Run(
                      UUID.randomUUID(), LineageRun.State.COMPLETE, "st-1", Optional.empty())),
              List.of(flow),
              Map.of(),
              LineageReport.Scope.PARTIAL));
    }

    assertThat(
            rows(
                "admin",
                "access",
                "table_lineage",
                "source_table_full_name",
                "source_path",
                "source_type",
                "target_table_name",
                "target_type",
                "entity_type",
                "statement_id",
                "created_by",
                "event_time"))
        .containsExactly(
            "main.s.orders null TABLE null null DBSQL_QUERY st-1 admin 2026-11-29T10:03:00Z",
            "people.json s3://raw/people.json PATH people TABLE DBSQL_QUERY st-1 admin"
                + " 2026-11-29T10:02:00Z",
            "orders null EXTERNAL orders TABLE DBSQL_QUERY st-1 admin 2026-11-29T10:01:00Z");
    assertThat(
            rows(
                "admin",
                "access",
                "column_lineage",
                "source_table_full_name",
                "source_column_name",
                "target_table_full_name",
                "target_column_name"))
        .containsExactly("orders id main.s.orders id");
    assertThat(
            rows(
                "admin",
                "access",
                "table_lineage",
                SystemFilter.ofTable("main", "s", "people"),
                "target_table_name"))
        .containsExactly("people");
    assertThat(
            rows(
                "admin",
                "access",
                "table_lineage",
                new SystemFilter(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(CatalogScene.START.plusSeconds(120)),
                    Optional.of(CatalogScene.START.plusSeconds(180))),
                "target_table_name"))
        .containsExactly("people");
  }
}
