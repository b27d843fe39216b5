package io.millrace.catalog.server.rest;

import static io.millrace.catalog.server.rest.ClientFailures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.api.TemporaryCredentialsApi;
import io.unitycatalog.client.model.GenerateTemporaryPathCredential;
import io.unitycatalog.client.model.GenerateTemporaryTableCredential;
import io.unitycatalog.client.model.PathOperation;
import io.unitycatalog.client.model.TableInfo;
import io.unitycatalog.client.model.TableOperation;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row filters, column masks, constraints and tags of tables. */
class TestTablePolicies {
  private static final String UNITY = "/api/2.1/unity-catalog";
  private static final String FILTER = "/api/2.1/millrace/tables/main.s.t/row-filter";
  private static final String MASK = "/api/2.1/millrace/tables/main.s.t/columns/email/mask";

  @TempDir private Path folder;
  private CatalogServer server;
  private TableInfo table;

  @BeforeEach
  void start() throws Exception {
    server = CatalogServer.start(folder);
    table = new Scene(server).schema("main", "s").table("t", folder.resolve("data/t"));
    server.function("main.s.eu", CatalogServer.ADMIN, "BOOLEAN", "string");
    server.function("main.s.hide", CatalogServer.ADMIN, "STRING", "STRING", "INTEGER");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return server.send(CatalogServer.ADMIN, method, path, body);
  }

  private JsonNode done(String method, String path, String body) throws Exception {
    HttpResponse<String> answer = send(method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  private void refused(int status, String words, String method, String path, String body)
      throws Exception {
    HttpResponse<String> answer = send(method, path, body);
    assertThat(answer.body()).contains(words);
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  private JsonNode shown() throws Exception {
    return done("GET", UNITY + "/tables/main.s.t", null);
  }

  @Test
  void filtersAndMasksAreShownAsDatabricksShowsThem() throws Exception {
    done("PUT", FILTER, "{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"REGION\"]}");
    done("PUT", MASK, "{\"function_name\":\"main.s.hide\",\"using_column_names\":[\"id\"]}");

    assertThat(shown().get("row_filter").toString())
        .isEqualTo("{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"region\"]}");
    assertThat(shown().at("/columns/2/mask").toString())
        .isEqualTo("{\"function_name\":\"main.s.hide\",\"using_column_names\":[\"id\"]}");
    assertThat(shown().at("/columns/0").has("mask")).isFalse();
    done("DELETE", FILTER, null);
    done("DELETE", MASK, null);
    done("DELETE", MASK, null);
    assertThat(shown().has("row_filter")).isFalse();
    assertThat(shown().at("/columns/2").has("mask")).isFalse();
  }

  @Test
  void nobodyGetsCredentialsForATableThatIsFilteredOrMasked() throws Exception {
    TemporaryCredentialsApi admin = new TemporaryCredentialsApi(server.as(CatalogServer.ADMIN));
    GenerateTemporaryTableCredential read =
        new GenerateTemporaryTableCredential()
            .tableId(table.getTableId())
            .operation(TableOperation.READ);
    GenerateTemporaryPathCredential path =
        new GenerateTemporaryPathCredential()
            .url(table.getStorageLocation() + "/part=1")
            .operation(PathOperation.PATH_READ_WRITE);
    admin.generateTemporaryTableCredentials(read);
    admin.generateTemporaryPathCredentials(path);
    for (String policy : new String[] {FILTER, MASK}) {
      done(
          "PUT",
          policy,
          policy.equals(FILTER)
              ? "{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"region\"]}"
              : "{\"function_name\":\"main.s.hide\",\"using_column_names\":[\"id\"]}");

      assertFails(
          403,
          "PERMISSION_DENIED",
          "table main.s.t has a row filter or a column mask",
          () -> admin.generateTemporaryTableCredentials(read));
      assertFails(
          403,
          "PERMISSION_DENIED",
          "has a row filter or a column mask",
          () -> admin.generateTemporaryTableCredentials(read.operation(TableOperation.READ_WRITE)));
      assertFails(
          403,
          "PERMISSION_DENIED",
          "has a row filter or a column mask",
          () -> admin.generateTemporaryPathCredentials(path));
      done("DELETE", policy, null);
    }
    admin.generateTemporaryTableCredentials(read);
  }

  @Test
  void aPolicyIsAFunctionOfTheCatalogThatFitsTheColumns() throws Exception {
    refused(
        404,
        "there is no function main.s.nope that you may see",
        "PUT",
        FILTER,
        "{\"function_name\":\"main.s.nope\",\"input_column_names\":[]}");
    refused(
        404,
        "FUNCTION_NOT_FOUND",
        "PUT",
        FILTER,
        "{\"function_name\":\"eu\",\"input_column_names\":[]}");
    refused(
        400,
        "function eu wants 1 parameters and is given 0 columns",
        "PUT",
        FILTER,
        "{\"function_name\":\"main.s.eu\",\"input_column_names\":[]}");
    refused(
        400,
        "parameter p0 of function eu is string, and column id is int",
        "PUT",
        FILTER,
        "{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"id\"]}");
    refused(
        400,
        "the table has no column nope",
        "PUT",
        FILTER,
        "{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"nope\"]}");
    refused(
        400,
        "function main.s.hide returns STRING, not boolean",
        "PUT",
        FILTER,
        "{\"function_name\":\"main.s.hide\",\"input_column_names\":[\"region\",\"id\"]}");
    refused(
        400,
        "function main.s.eu returns BOOLEAN, not string",
        "PUT",
        MASK,
        "{\"function_name\":\"main.s.eu\"}");
    refused(400, "function_name", "PUT", MASK, "{}");
    assertThat(shown().has("row_filter")).isFalse();
  }

  @Test
  void whoSetsAPolicyManagesTheTableAndMayExecuteTheFunction() throws Exception {
    server.grant("ann@x", SecurableType.CATALOG, "main", Privilege.USE_CATALOG);
    server.grant("ann@x", SecurableType.SCHEMA, "main.s", Privilege.USE_SCHEMA);
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT, Privilege.MODIFY);
    String body = "{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"region\"]}";
    assertThat(server.send("ann@x", "PUT", FILTER, body).body())
        .contains("ALTER needs MANAGE on table main.s.t");
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.MANAGE);
    assertThat(server.send("ann@x", "PUT", FILTER, body).body())
        .contains("there is no function main.s.eu that you may see");
    server.grant("ann@x", SecurableType.FUNCTION, "main.s.eu", Privilege.EXECUTE);
    assertThat(server.send("ann@x", "PUT", FILTER, body).statusCode()).isEqualTo(200);
    assertThat(server.send("eve@x", "DELETE", FILTER, null).statusCode()).isEqualTo(404);
    assertThat(shown().has("row_filter")).isTrue();
  }

  @Test
  void noChangeOfColumnsTakesAPolicyOff() throws Exception {
    done("PUT", FILTER, "{\"function_name\":\"main.s.eu\",\"input_column_names\":[\"region\"]}");
    done("PUT", MASK, "{\"function_name\":\"main.s.hide\",\"using_column_names\":[\"id\"]}");
    String path = UNITY + "/tables/main.s.t";
    String email = "{\"name\":\"email\",\"type_text\":\"string\",\"type_name\":\"STRING\"}";
    String id = "{\"name\":\"id\",\"type_text\":\"int\",\"type_name\":\"INT\"}";
    String region = email.replace("email", "region");

    refused(
        400,
        "column email is used by a row filter, column mask or constraint and cannot be dropped",
        "PATCH",
        path,
        "{\"columns\":[" + id + "," + region + "]}");
    refused(
        400,
        "column id is used by a row filter, column mask or constraint and cannot be given another",
        "PATCH",
        path,
        "{\"columns\":[" + id.replace("\"int\"", "\"bigint\"") + "," + region + "," + email + "]}");
    refused(400, "cannot be dropped", "PATCH", path, "{\"columns\":[" + id + "," + email + "]}");
    refused(
        400,
        "column email comes with a mask",
        "PATCH",
        path,
        "{\"columns\":["
            + id
            + ","
            + region
            + ","
            + email.replace("}", ",\"mask\":{\"function_name\":\"f\",\"using_column_names\":[]}}")
            + "]}");
    done("PATCH", path, "{\"columns\":[" + email + "," + region + "," + id + "]}");
    assertThat(shown().at("/columns/0/mask/function_name").asText()).isEqualTo("main.s.hide");
    done("PATCH", path, "{\"new_name\":\"u\"}");
    assertThat(
            done("GET", UNITY + "/tables/main.s.u", null).at("/row_filter/function_name").asText())
        .isEqualTo("main.s.eu");
  }

  @Test
  void aFunctionThatFiltersATableStaysWhateverIsDropped() throws Exception {
    new SchemasApi(server.as(CatalogServer.ADMIN))
        .createSchema(
            new io.unitycatalog.client.model.CreateSchema().name("rules").catalogName("main"));
    server.function("main.rules.eu", CatalogServer.ADMIN, "boolean", "string");
    done(
        "PUT", FILTER, "{\"function_name\":\"main.rules.eu\",\"input_column_names\":[\"region\"]}");

    refused(
        400,
        "has in it, a function that filters or masks a table",
        "DELETE",
        UNITY + "/schemas/main.rules?force=true",
        null);
    done("PATCH", UNITY + "/schemas/main.rules", "{\"new_name\":\"policies\"}");
    assertThat(shown().at("/row_filter/function_name").asText()).isEqualTo("main.policies.eu");
    done("DELETE", FILTER, null);
    done("DELETE", UNITY + "/schemas/main.policies?force=true", null);
  }

  @Test
  void constraintsAreAddedShownAndTakenAway() throws Exception {
    new Scene(server).table("parent", folder.resolve("data/parent"));
    String path = UNITY + "/constraints";
    done(
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"primary_key_constraint":
          {"name":"pk","child_columns":["id","region"]}}}
        """);
    done(
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"foreign_key_constraint":
          {"name":"fk","child_columns":["region"],"parent_table":"main.s.parent",
           "parent_columns":["email"]}}}
        """);
    done(
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"check_constraint":
          {"name":"positive","condition":"id > 0 AND region <> '`x`'"}}}
        """);

    assertThat(shown().get("table_constraints").toString())
        .isEqualTo(
            "[{\"foreign_key_constraint\":{\"name\":\"fk\",\"child_columns\":[\"region\"],"
                + "\"parent_table\":\"main.s.parent\",\"parent_columns\":[\"email\"]}},"
                + "{\"primary_key_constraint\":{\"name\":\"pk\",\"child_columns\":[\"id\",\"region\"]}},"
                + "{\"check_constraint\":{\"name\":\"positive\","
                + "\"condition\":\"id > 0 AND region <> '`x`'\"}}]");
    refused(
        400,
        "the table has a primary key already",
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"primary_key_constraint":
          {"name":"pk2","child_columns":["id"]}}}
        """);
    refused(
        400,
        "the table has a constraint PK already",
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"check_constraint":
          {"name":"PK","condition":"true"}}}
        """);
    refused(
        400,
        "a foreign key has 1 columns, for 2 of the other table",
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"foreign_key_constraint":
          {"name":"f","child_columns":["id"],"parent_table":"main.s.parent",
           "parent_columns":["id","email"]}}}
        """);
    refused(
        404,
        "TABLE_NOT_FOUND",
        "POST",
        path,
        """
        {"full_name_arg":"main.s.t","constraint":{"foreign_key_constraint":
          {"name":"f","child_columns":["id"],"parent_table":"main.s.no","parent_columns":["id"]}}}
        """);
    refused(
        400,
        "the constraint is of 0 kinds",
        "POST",
        path,
        "{\"full_name_arg\":\"main.s.t\",\"constraint\":{}}");
    done("DELETE", path + "/main.s.t?constraint_name=PK", null);
    refused(
        400,
        "the table has no constraint pk",
        "DELETE",
        path + "/main.s.t?constraint_name=pk",
        null);
    assertThat(shown().get("table_constraints")).hasSize(2);
  }

  @Test
  void tagsAreSetOnTablesAndOnColumns() throws Exception {
    String path = UNITY + "/entity-tag-assignments";
    done(
        "POST",
        path,
        """
        {"entity_type":"columns","entity_name":"main.s.t.EMAIL","tag_key":"pii","tag_value":"e"}
        """);
    done(
        "POST",
        path,
        "{\"entity_type\":\"tables\",\"entity_name\":\"main.s.t\",\"tag_key\":\"team\"}");
    done("PATCH", path + "/tables/main.s.t/tags/team", "{\"tag_value\":\"sales\"}");

    assertThat(done("GET", path + "/columns/main.s.t.email/tags", null).toString())
        .isEqualTo(
            "{\"tag_assignments\":[{\"entity_type\":\"columns\",\"entity_name\":\"main.s.t.email\","
                + "\"tag_key\":\"pii\",\"tag_value\":\"e\"}]}");
    assertThat(done("GET", path + "/tables/main.s.t/tags/team", null).get("tag_value").asText())
        .isEqualTo("sales");
    done("DELETE", path + "/tables/main.s.t/tags/team", null);
    refused(404, "there is no tag team on it", "GET", path + "/tables/main.s.t/tags/team", null);
    refused(404, "TABLE_NOT_FOUND", "GET", path + "/columns/email/tags", null);
    refused(400, "there are no tags on shares", "GET", path + "/shares/x/tags", null);
    server.grant("ann@x", SecurableType.CATALOG, "main", Privilege.USE_CATALOG);
    server.grant("ann@x", SecurableType.SCHEMA, "main.s", Privilege.USE_SCHEMA);
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT);
    String tag = "{\"tag_value\":\"x\"}";
    assertThat(server.send("ann@x", "PATCH", path + "/tables/main.s.t/tags/a", tag).body())
        .contains("APPLY_TAG needs APPLY TAG on table main.s.t");
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.APPLY_TAG);
    assertThat(server.send("ann@x", "PATCH", path + "/tables/main.s.t/tags/a", tag).statusCode())
        .isEqualTo(200);
    assertThat(server.send("eve@x", "GET", path + "/tables/main.s.t/tags", null).statusCode())
        .isEqualTo(404);
  }
}
