package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.unitycatalog.client.ApiException;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.model.CatalogInfo;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateSchema;
import io.unitycatalog.client.model.ListCatalogsResponse;
import io.unitycatalog.client.model.SchemaInfo;
import io.unitycatalog.client.model.UpdateCatalog;
import io.unitycatalog.client.model.UpdateSchema;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogs and schemas, by Unity Catalog's official client. */
class TestCatalogsAndSchemas {
  @TempDir private Path folder;
  private CatalogServer server;
  private CatalogsApi catalogs;
  private SchemasApi schemas;

  @BeforeEach
  void start() {
    server = CatalogServer.start(folder);
    catalogs = new CatalogsApi(server.as(CatalogServer.ADMIN));
    schemas = new SchemasApi(server.as(CatalogServer.ADMIN));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void assertFails(int status, String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(status);
              assertThat(e.getResponseBody()).contains("\"error_code\":\"" + code + "\"");
            });
  }

  @Test
  void aCatalogIsMadeReadChangedAndDropped() throws Exception {
    CatalogInfo made =
        catalogs.createCatalog(
            new CreateCatalog().name("Main").comment("all").putPropertiesItem("k", "v"));

    assertThat(UUID.fromString(made.getId())).isNotNull();
    assertThat(made.getOwner()).isEqualTo(CatalogServer.ADMIN);
    assertThat(made.getCreatedAt()).isPositive();
    assertThat(made.getProperties()).isEqualTo(Map.of("k", "v"));
    assertThat(catalogs.getCatalog("MAIN").getName()).as("whatever its case").isEqualTo("Main");
    assertFails(
        400,
        "CATALOG_ALREADY_EXISTS",
        () -> catalogs.createCatalog(new CreateCatalog().name("main")));
    CatalogInfo changed =
        catalogs.updateCatalog(
            "main", new UpdateCatalog().newName("first").comment("").properties(Map.of("a", "b")));
    assertThat(changed.getName()).isEqualTo("first");
    assertThat(changed.getComment()).isNull();
    assertThat(changed.getProperties()).isEqualTo(Map.of("a", "b"));
    assertThat(changed.getId()).isEqualTo(made.getId());
    assertFails(404, "CATALOG_NOT_FOUND", () -> catalogs.getCatalog("main"));
    schemas.createSchema(new CreateSchema().name("s").catalogName("first"));
    assertFails(400, "FAILED_PRECONDITION", () -> catalogs.deleteCatalog("first", false));
    catalogs.deleteCatalog("first", true);
    assertFails(404, "CATALOG_NOT_FOUND", () -> catalogs.getCatalog("first"));
  }

  @Test
  void aSchemaIsMadeReadChangedAndDropped() throws Exception {
    catalogs.createCatalog(new CreateCatalog().name("main"));
    SchemaInfo made =
        schemas.createSchema(new CreateSchema().name("sales").catalogName("main").comment("c"));

    assertThat(made.getFullName()).isEqualTo("main.sales");
    assertThat(UUID.fromString(made.getSchemaId())).isNotNull();
    assertFails(
        400,
        "SCHEMA_ALREADY_EXISTS",
        () -> schemas.createSchema(new CreateSchema().name("SALES").catalogName("main")));
    assertFails(
        404,
        "CATALOG_NOT_FOUND",
        () -> schemas.createSchema(new CreateSchema().name("s").catalogName("nope")));
    schemas.updateSchema("main.sales", new UpdateSchema().newName("shop"));
    assertThat(schemas.getSchema("main.shop").getComment()).isEqualTo("c");
    schemas.deleteSchema("main.shop", false);
    assertFails(404, "SCHEMA_NOT_FOUND", () -> schemas.getSchema("main.shop"));
  }

  @Test
  void listsShowWhatTheCallerMaySeeWithoutEmptyPages() throws Exception {
    for (int i = 0; i < 9; i++) {
      catalogs.createCatalog(new CreateCatalog().name("c" + i));
    }
    server.grant("ann@x", SecurableType.CATALOG, "c2", Privilege.USE_CATALOG);
    server.grant("ann@x", SecurableType.CATALOG, "c7", Privilege.BROWSE);
    CatalogsApi ann = new CatalogsApi(server.as("ann@x"));

    List<String> names = new ArrayList<>();
    String token = null;
    do {
      ListCatalogsResponse page = ann.listCatalogs(token, 1);
      assertThat(page.getCatalogs()).hasSize(1);
      names.add(page.getCatalogs().get(0).getName());
      token = page.getNextPageToken();
    } while (token != null);

    assertThat(names).containsExactly("c2", "c7");
    assertThat(new CatalogsApi(server.as("eve@x")).listCatalogs(null, 0).getCatalogs()).isEmpty();
  }

  @Test
  void whatIsHiddenAndWhatIsMissingReadTheSame() throws Exception {
    catalogs.createCatalog(new CreateCatalog().name("secret"));

    HttpResponse<String> hidden =
        server.send("eve@x", "GET", "/api/2.1/unity-catalog/catalogs/secret", null);
    HttpResponse<String> missing =
        server.send("eve@x", "GET", "/api/2.1/unity-catalog/catalogs/secreT2", null);

    assertThat(hidden.statusCode()).isEqualTo(404).isEqualTo(missing.statusCode());
    assertThat(withoutRequest(hidden.body()))
        .isEqualTo(withoutRequest(missing.body()).replace("secreT2", "secret"));
  }

  private static String withoutRequest(String body) {
    return body.replaceAll("\"request_id\":\"[^\"]*\"", "");
  }

  @Test
  void whoSeesACatalogAndMayNotChangeItIsToldWhatIsMissing() throws Exception {
    catalogs.createCatalog(new CreateCatalog().name("main"));
    server.grant("ann@x", SecurableType.CATALOG, "main", Privilege.USE_CATALOG);

    assertThatThrownBy(
            () ->
                new CatalogsApi(server.as("ann@x"))
                    .updateCatalog("main", new UpdateCatalog().comment("mine")))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(403);
              assertThat(e.getResponseBody())
                  .contains("PERMISSION_DENIED")
                  .contains("ALTER needs MANAGE on catalog main, or ownership of it");
            });
  }

  @Test
  void grantsGoWithTheCatalogAndNotWithItsName() throws Exception {
    catalogs.createCatalog(new CreateCatalog().name("main"));
    server.grant("ann@x", SecurableType.CATALOG, "main", Privilege.USE_CATALOG);
    catalogs.updateCatalog("main", new UpdateCatalog().newName("other"));
    CatalogsApi ann = new CatalogsApi(server.as("ann@x"));
    assertThat(ann.getCatalog("other").getName()).isEqualTo("other");

    catalogs.deleteCatalog("other", false);
    catalogs.createCatalog(new CreateCatalog().name("other"));

    assertFails(404, "CATALOG_NOT_FOUND", () -> ann.getCatalog("other"));
  }

  @Test
  void whatIsNotARequestIsRefused() throws Exception {
    String path = "/api/2.1/unity-catalog/catalogs";
    assertThat(server.send("", "GET", path, null).statusCode()).isEqualTo(401);
    assertThat(server.send("nobody", "GET", path, null).headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer");
    HttpResponse<String> twice =
        server.send(CatalogServer.ADMIN, "POST", path, "{\"name\":\"a\",\"name\":\"b\"}");
    assertThat(twice.statusCode()).isEqualTo(400);
    assertThat(twice.body()).contains("INVALID_ARGUMENT").contains("Duplicate");
    assertThat(server.send(CatalogServer.ADMIN, "POST", path, "{").statusCode()).isEqualTo(400);
    assertThat(server.send(CatalogServer.ADMIN, "POST", path, "{}").body()).contains("name");
    assertThat(server.send(CatalogServer.ADMIN, "POST", path, "[]").statusCode()).isEqualTo(400);
    assertThat(server.send(CatalogServer.ADMIN, "POST", path, "{\"name\":\"a.b\"}").body())
        .contains("a.b is no name for a catalog");
    assertThat(
            server
                .send(
                    CatalogServer.ADMIN,
                    "POST",
                    path,
                    "{\"name\":\"n\"}",
                    "Content-Type",
                    "text/plain")
                .statusCode())
        .isEqualTo(400);
    assertThat(server.send(CatalogServer.ADMIN, "GET", path + "/a%2Fb", null).statusCode())
        .isEqualTo(404);
    assertThat(server.send(CatalogServer.ADMIN, "GET", "/api/nothing", null).statusCode())
        .isEqualTo(404);
    HttpResponse<String> method = server.send(CatalogServer.ADMIN, "PUT", path, "{}");
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.body()).contains("METHOD_NOT_ALLOWED");
    assertThat(
            server
                .send(
                    CatalogServer.ADMIN, "POST", path, "{\"name\":\"ok\",\"unknown\":{\"x\":[1]}}")
                .statusCode())
        .isEqualTo(200);
    assertThat(
            server
                .send(
                    CatalogServer.ADMIN, "POST", path, "{\"name\":\"" + "x".repeat(9 << 20) + "\"}")
                .statusCode())
        .isEqualTo(413);
  }
}
