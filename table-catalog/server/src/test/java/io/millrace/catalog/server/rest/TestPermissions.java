package io.millrace.catalog.server.rest;

import static io.millrace.catalog.server.rest.ClientFailures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.state.Change;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.GrantsApi;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.api.TablesApi;
import io.unitycatalog.client.api.TemporaryCredentialsApi;
import io.unitycatalog.client.model.GenerateTemporaryTableCredential;
import io.unitycatalog.client.model.PermissionsChange;
import io.unitycatalog.client.model.PermissionsList;
import io.unitycatalog.client.model.Privilege;
import io.unitycatalog.client.model.PrivilegeAssignment;
import io.unitycatalog.client.model.TableInfo;
import io.unitycatalog.client.model.TableOperation;
import io.unitycatalog.client.model.UpdatePermissions;
import io.unitycatalog.client.model.UpdateSchema;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Grants, by Unity Catalog's official client: checks 23 to 25; and what Databricks has beside. */
class TestPermissions {
  private static final String UNITY = "/api/2.1/unity-catalog";

  @TempDir private Path folder;
  private CatalogServer server;
  private GrantsApi grants;
  private TableInfo table;

  @BeforeEach
  void start() throws Exception {
    server = CatalogServer.start(folder);
    grants = new GrantsApi(server.as(CatalogServer.ADMIN));
    table = new Scene(server).schema("main", "s").table("t", folder.resolve("data/t"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static UpdatePermissions add(String principal, Privilege... privileges) {
    return change(principal, List.of(privileges), List.of());
  }

  private static UpdatePermissions remove(String principal, Privilege... privileges) {
    return change(principal, List.of(), List.of(privileges));
  }

  private static UpdatePermissions change(
      String principal, List<Privilege> add, List<Privilege> remove) {
    return new UpdatePermissions()
        .addChangesItem(new PermissionsChange().principal(principal).add(add).remove(remove));
  }

  private static io.unitycatalog.client.model.SecurableType type(SecurableType type) {
    return io.unitycatalog.client.model.SecurableType.fromValue(type.wireName());
  }

  private PermissionsList update(SecurableType type, String name, UpdatePermissions change)
      throws Exception {
    return grants.update(type(type), name, change);
  }

  private PermissionsList shown(String user, SecurableType type, String name, String principal)
      throws Exception {
    return new GrantsApi(server.as(user)).get(type(type), name, principal);
  }

  private static PrivilegeAssignment granted(String principal, Privilege... privileges) {
    return new PrivilegeAssignment().principal(principal).privileges(List.of(privileges));
  }

  private void useSchema(String user) throws Exception {
    update(SecurableType.CATALOG, "main", add(user, Privilege.USE_CATALOG));
    update(SecurableType.SCHEMA, "main.s", add(user, Privilege.USE_SCHEMA));
  }

  private JsonNode json(String user, String method, String path, String body) throws Exception {
    HttpResponse<String> answer = server.send(user, method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void grantsAreMadeTakenAwayAndShownToWhomTheyConcern() throws Exception {
    useSchema("ann@x");
    useSchema("bob@x");

    PermissionsList after =
        update(
            SecurableType.TABLE,
            "main.s.t",
            new UpdatePermissions()
                .addChangesItem(
                    new PermissionsChange()
                        .principal("ann@x")
                        .add(List.of(Privilege.SELECT, Privilege.MODIFY))
                        .remove(List.of()))
                .addChangesItem(
                    new PermissionsChange()
                        .principal("bob@x")
                        .add(List.of(Privilege.SELECT))
                        .remove(List.of())));

    PrivilegeAssignment ann = granted("ann@x", Privilege.SELECT, Privilege.MODIFY);
    PrivilegeAssignment bob = granted("bob@x", Privilege.SELECT);
    assertThat(after.getPrivilegeAssignments()).containsExactly(ann, bob);
    assertThat(
            shown(CatalogServer.ADMIN, SecurableType.TABLE, "main.s.t", null)
                .getPrivilegeAssignments())
        .containsExactly(ann, bob);
    assertThat(
            shown(CatalogServer.ADMIN, SecurableType.TABLE, "main.s.t", "BOB@x")
                .getPrivilegeAssignments())
        .containsExactly(bob);
    assertThat(shown("ann@x", SecurableType.TABLE, "main.s.t", null).getPrivilegeAssignments())
        .containsExactly(ann);
    assertThat(shown("ann@x", SecurableType.TABLE, "main.s.t", "ann@x").getPrivilegeAssignments())
        .containsExactly(ann);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "privileges of bob@x are not for you to see",
        () -> shown("ann@x", SecurableType.TABLE, "main.s.t", "bob@x"));
    assertFails(
        404,
        "NOT_FOUND",
        () -> shown(CatalogServer.ADMIN, SecurableType.TABLE, "main.s.t", "no@x"));
    assertFails(
        404, "TABLE_NOT_FOUND", () -> shown("eve@x", SecurableType.TABLE, "main.s.t", null));
    assertThat(
            update(SecurableType.TABLE, "main.s.t", remove("ann@x", Privilege.MODIFY))
                .getPrivilegeAssignments())
        .containsExactly(granted("ann@x", Privilege.SELECT), bob);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "GRANT needs MANAGE on table main.s.t",
        () ->
            new GrantsApi(server.as("ann@x"))
                .update(type(SecurableType.TABLE), "main.s.t", add("ann@x", Privilege.MODIFY)));
  }

  @Test
  void aChangeIsMadeWhollyOrNotAtAll() throws Exception {
    UpdatePermissions half =
        add("ann@x", Privilege.SELECT)
            .addChangesItem(
                new PermissionsChange()
                    .principal("nobody@x")
                    .add(List.of(Privilege.SELECT))
                    .remove(List.of()));

    assertFails(
        404,
        "NOT_FOUND",
        "there is no user, group or service principal nobody@x",
        () -> update(SecurableType.TABLE, "main.s.t", half));
    assertThat(
            shown(CatalogServer.ADMIN, SecurableType.TABLE, "main.s.t", null)
                .getPrivilegeAssignments())
        .isEmpty();
    UpdatePermissions wrong =
        add("ann@x", Privilege.SELECT)
            .addChangesItem(
                new PermissionsChange()
                    .principal("bob@x")
                    .add(List.of(Privilege.CREATE_CATALOG))
                    .remove(List.of()));
    assertFails(400, "INVALID_ARGUMENT", () -> update(SecurableType.TABLE, "main.s.t", wrong));
    assertThat(
            shown(CatalogServer.ADMIN, SecurableType.TABLE, "main.s.t", null)
                .getPrivilegeAssignments())
        .isEmpty();
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "SELECT is to be granted to ann@x and taken away at once",
        () ->
            update(
                SecurableType.TABLE,
                "main.s.t",
                change("ann@x", List.of(Privilege.SELECT), List.of(Privilege.SELECT))));
  }

  @Test
  void onlyPrivilegesThatApplyAreGranted() throws Exception {
    String metastore = server.work().state().metastore().id().toString();
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "SELECT is not granted on a metastore",
        () -> update(SecurableType.METASTORE, metastore, add("ann@x", Privilege.SELECT)));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "CREATE CATALOG is not granted on a table",
        () -> update(SecurableType.TABLE, "main.s.t", add("ann@x", Privilege.CREATE_CATALOG)));
    update(SecurableType.METASTORE, metastore, add("ann@x", Privilege.CREATE_CATALOG));
    assertThat(shown("ann@x", SecurableType.METASTORE, "metastore", null).getPrivilegeAssignments())
        .containsExactly(granted("ann@x", Privilege.CREATE_CATALOG));
    assertFails(
        404, "METASTORE_NOT_FOUND", () -> shown("ann@x", SecurableType.METASTORE, "other", null));
    for (String privilege : List.of("MANAGE", "ALL PRIVILEGES", "ALL_PRIVILEGES", "BROWSE")) {
      json(
          CatalogServer.ADMIN,
          "PATCH",
          UNITY + "/permissions/catalog/main",
          "{\"changes\":[{\"principal\":\"ann@x\",\"add\":[\"" + privilege + "\"]}]}");
    }
    assertThat(
            json(CatalogServer.ADMIN, "GET", UNITY + "/permissions/catalog/main", null)
                .at("/privilege_assignments/0/privileges")
                .toString())
        .isEqualTo("[\"BROWSE\",\"MANAGE\",\"ALL PRIVILEGES\"]");
    HttpResponse<String> unknown =
        server.send(
            CatalogServer.ADMIN,
            "PATCH",
            UNITY + "/permissions/catalog/main",
            "{\"changes\":[{\"principal\":\"ann@x\",\"add\":[\"FLY\"]}]}");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("FLY is no privilege");
    HttpResponse<String> type =
        server.send(CatalogServer.ADMIN, "GET", UNITY + "/permissions/share/x", null);
    assertThat(type.statusCode()).isEqualTo(400);
    assertThat(type.body()).contains("share is no type of securable");
  }

  @Test
  void whatIsGrantedOnASchemaHoldsForTablesThatComeLater() throws Exception {
    useSchema("ann@x");
    update(SecurableType.SCHEMA, "main.s", add("ann@x", Privilege.SELECT));

    TableInfo later = new Scene(server).table("later", folder.resolve("data/later"));

    assertThat(new TablesApi(server.as("ann@x")).getTable("main.s.later", null, null).getTableId())
        .isEqualTo(later.getTableId());
    assertThat(
            new TemporaryCredentialsApi(server.as("ann@x"))
                .generateTemporaryTableCredentials(
                    new GenerateTemporaryTableCredential()
                        .tableId(later.getTableId())
                        .operation(TableOperation.READ))
                .getUrl())
        .isEqualTo(later.getStorageLocation());
  }

  @Test
  void withoutUseOfTheSchemaAPrivilegeIsGoodForNothing() throws Exception {
    update(SecurableType.CATALOG, "main", add("ann@x", Privilege.USE_CATALOG));
    update(SecurableType.TABLE, "main.s.t", add("ann@x", Privilege.SELECT));

    assertFails(
        403,
        "PERMISSION_DENIED",
        "USE SCHEMA on schema main.s",
        () ->
            new TemporaryCredentialsApi(server.as("ann@x"))
                .generateTemporaryTableCredentials(
                    new GenerateTemporaryTableCredential()
                        .tableId(table.getTableId())
                        .operation(TableOperation.READ)));
    assertFails(
        403,
        "PERMISSION_DENIED",
        "USE SCHEMA on schema main.s",
        () -> new TablesApi(server.as("ann@x")).getTable("main.s.t", null, null));
  }

  @Test
  void useOfASchemaIsNotEnoughToChangeIt() throws Exception {
    useSchema("ann@x");
    SchemasApi ann = new SchemasApi(server.as("ann@x"));
    for (UpdateSchema change :
        List.of(new UpdateSchema().comment("mine"), new UpdateSchema().newName("mine"))) {
      assertFails(
          403,
          "PERMISSION_DENIED",
          "ALTER needs MANAGE on schema main.s, or ownership of it",
          () -> ann.updateSchema("main.s", change));
    }
  }

  @Test
  void takingAwayWhatIsInheritedChangesNothingAndSaysWhereItIsFrom() throws Exception {
    group("readers", "ann@x");
    useSchema("ann@x");
    update(SecurableType.SCHEMA, "main.s", add("ann@x", Privilege.SELECT));
    json(
        CatalogServer.ADMIN,
        "PATCH",
        UNITY + "/permissions/catalog/main",
        "{\"changes\":[{\"principal\":\"readers\",\"add\":[\"ALL PRIVILEGES\"]}]}");

    JsonNode answer =
        json(
            CatalogServer.ADMIN,
            "PATCH",
            UNITY + "/permissions/table/main.s.t",
            "{\"changes\":[{\"principal\":\"ann@x\",\"remove\":[\"SELECT\"]}]}");

    assertThat(answer.get("privilege_assignments")).isEmpty();
    assertThat(answer.get("still_held").toString())
        .isEqualTo(
            "[{\"principal\":\"ann@x\",\"privilege\":\"SELECT\",\"granted_to\":\"ann@x\","
                + "\"granted\":\"SELECT\",\"on_type\":\"schema\",\"on_name\":\"main.s\"},"
                + "{\"principal\":\"ann@x\",\"privilege\":\"SELECT\",\"granted_to\":\"readers\","
                + "\"granted\":\"ALL PRIVILEGES\",\"on_type\":\"catalog\",\"on_name\":\"main\"}]");
    assertThat(new TablesApi(server.as("ann@x")).getTable("main.s.t", null, null).getName())
        .isEqualTo("t");
  }

  private void group(String name, String member) {
    UUID id = UUID.randomUUID();
    server
        .store()
        .write(
            in -> {
              in.apply(
                  new Change.PutPrincipal(
                      new Principal(
                          id,
                          Principal.Kind.GROUP,
                          name,
                          name,
                          true,
                          Optional.empty(),
                          in.now(),
                          in.now())));
              in.apply(new Change.PutMember(id, in.state().principal(member).orElseThrow().id()));
              return id;
            });
  }

  @Test
  void effectivePermissionsSayWhereEachIsFrom() throws Exception {
    group("readers", "ann@x");
    update(SecurableType.CATALOG, "main", add("readers", Privilege.USE_CATALOG));
    update(SecurableType.SCHEMA, "main.s", add("ann@x", Privilege.USE_SCHEMA, Privilege.SELECT));
    update(SecurableType.TABLE, "main.s.t", add("ann@x", Privilege.MODIFY));
    update(SecurableType.TABLE, "main.s.t", add("bob@x", Privilege.MODIFY));
    update(SecurableType.CATALOG, "main", add("readers", Privilege.SELECT));

    String path = UNITY + "/effective-permissions/table/main.s.t";
    assertThat(json("ann@x", "GET", path + "?principal=ann@x", null).toString())
        .isEqualTo(
            "{\"privilege_assignments\":[{\"principal\":\"ann@x\",\"privileges\":["
                + "{\"privilege\":\"USE SCHEMA\",\"inherited_from_type\":\"SCHEMA\","
                + "\"inherited_from_name\":\"main.s\"},{\"privilege\":\"SELECT\",\"inherited_from_type\":\"SCHEMA\","
                + "\"inherited_from_name\":\"main.s\"},{\"privilege\":\"MODIFY\"}]},"
                + "{\"principal\":\"readers\",\"privileges\":["
                + "{\"privilege\":\"USE CATALOG\",\"inherited_from_type\":\"CATALOG\","
                + "\"inherited_from_name\":\"main\"},{\"privilege\":\"SELECT\",\"inherited_from_type\":\"CATALOG\","
                + "\"inherited_from_name\":\"main\"}]}]}");
    assertThat(json(CatalogServer.ADMIN, "GET", path, null).findValuesAsText("principal"))
        .containsExactly("ann@x", "bob@x", "readers");
    assertThat(json("ann@x", "GET", path, null).findValuesAsText("principal"))
        .containsExactly("ann@x", "readers");
  }

  @Test
  void grantsGoWithASecurableThatIsDropped() throws Exception {
    useSchema("ann@x");
    update(SecurableType.TABLE, "main.s.t", add("ann@x", Privilege.SELECT));
    new TablesApi(server.as(CatalogServer.ADMIN)).deleteTable("main.s.t");
    new Scene(server).table("t", folder.resolve("data/t"));

    assertFails(
        404,
        "TABLE_NOT_FOUND",
        () -> new TablesApi(server.as("ann@x")).getTable("main.s.t", null, null));
    new CatalogsApi(server.as(CatalogServer.ADMIN)).deleteCatalog("main", true);
    new Scene(server).schema("main", "s");
    assertFails(
        404, "CATALOG_NOT_FOUND", () -> new CatalogsApi(server.as("ann@x")).getCatalog("main"));
  }

  @Test
  void itIsExplainedWhySomebodyMayOrMayNot() throws Exception {
    group("readers", "ann@x");
    update(SecurableType.CATALOG, "main", add("ann@x", Privilege.USE_CATALOG));
    update(SecurableType.TABLE, "main.s.t", add("readers", Privilege.SELECT));
    String question =
        "/api/2.1/millrace/access/why?action=SELECT&securable_type=table&full_name=main.s.t";

    JsonNode denied = json(CatalogServer.ADMIN, "GET", question + "&principal=ann@x", null);
    assertThat(denied.get("allowed").asBoolean()).isFalse();
    assertThat(denied.get("missing").asText()).isEqualTo("USE SCHEMA on schema main.s");
    assertThat(denied.get("requirements").toString())
        .isEqualTo(
            "[{\"needed\":\"USE CATALOG on catalog main\",\"met\":true,"
                + "\"grounds\":[\"USE CATALOG on catalog main\"]},"
                + "{\"needed\":\"USE SCHEMA on schema main.s\",\"met\":false,\"grounds\":[]},"
                + "{\"needed\":\"SELECT on table main.s.t, or ownership of it\",\"met\":true,"
                + "\"grounds\":[\"SELECT on table main.s.t, through readers\"]}]");
    update(SecurableType.SCHEMA, "main.s", add("ann@x", Privilege.USE_SCHEMA));
    JsonNode allowed = json("ann@x", "GET", question, null);
    assertThat(allowed.get("allowed").asBoolean()).isTrue();
    assertThat(allowed.get("reason").asText())
        .isEqualTo("SELECT on table main.s.t, through group readers");
    assertThat(allowed.get("principal").asText()).isEqualTo("ann@x");
    assertThat(server.send("ann@x", "GET", question + "&principal=bob@x", null).statusCode())
        .isEqualTo(403);
    assertThat(server.send("eve@x", "GET", question, null).statusCode()).isEqualTo(404);
    HttpResponse<String> other =
        server.send(CatalogServer.ADMIN, "GET", question.replace("SELECT", "READ_VOLUME"), null);
    assertThat(other.statusCode()).isEqualTo(400);
    assertThat(other.body()).contains("READ_VOLUME is not done with a table");
  }
}
