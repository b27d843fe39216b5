package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a catalog that runs; each test has its own names in it. */
class TestCatalogCommands {
  @TempDir static Path folder;
  private static ServedCatalog catalog;

  @BeforeAll
  static void start() throws Exception {
    catalog = ServedCatalog.start(folder);
    catalog.fill();
  }

  @AfterAll
  static void stop() {
    catalog.close();
  }

  private static void user(String name) {
    catalog.out("user", "create", name);
  }

  private static List<String> names(JsonNode documents, String field) {
    List<String> names = new ArrayList<>();
    documents.forEach(each -> names.add(each.path(field).asText()));
    return names;
  }

  @Test
  void aSchemaIsListedWithAllThatIsInItAndJsonHasTheServersDocuments() {
    JsonNode all = catalog.jsonOf("list", "main.sales");
    assertThat(names(all.path("tables"), "full_name"))
        .containsExactly("main.sales.big", "main.sales.orders", "main.sales.totals");
    assertThat(all.path("tables").get(1))
        .isEqualTo(
            catalog
                .admin()
                .get(
                    ServedCatalog.UNITY + "/tables",
                    java.util.Map.of(
                        "catalog_name", "main",
                        "schema_name", "sales",
                        "omit_columns", "true",
                        "omit_properties", "true"))
                .path("tables")
                .get(1));
    assertThat(names(all.path("volumes"), "name")).containsExactly("files");
    assertThat(names(all.path("functions"), "name")).containsExactly("hide", "in_europe");
    assertThat(names(all.path("registered_models"), "name")).containsExactly("churn");
  }

  @Test
  void listsHaveAllPages() {
    catalog.post(ServedCatalog.UNITY + "/catalogs", "{\"name\": \"wide\"}");
    for (int i = 0; i < 1_003; i++) {
      catalog.post(
          ServedCatalog.UNITY + "/schemas",
          "{\"name\": \"s%04d\", \"catalog_name\": \"wide\"}".formatted(i));
    }
    JsonNode schemas = catalog.jsonOf("list", "wide");
    assertThat(schemas.path("schemas")).hasSize(1_003);
    assertThat(schemas.has("next_page_token")).isFalse();
    assertThat(catalog.out("list", "wide").lines()).hasSize(1_004);
  }

  @Test
  void aNameOfThreePartsIsWhateverIsThere() {
    assertThat(type("main")).isEqualTo("catalog");
    assertThat(type("main.sales")).isEqualTo("schema");
    assertThat(type("main.sales.big")).isEqualTo("table");
    assertThat(type("main.sales.files")).isEqualTo("volume");
    assertThat(type("main.sales.hide")).isEqualTo("function");
    assertThat(type("main.sales.churn")).isEqualTo("registered_model");
    assertThat(type("metastore")).isEqualTo("metastore");
    assertThat(catalog.jsonOf("describe", "view", "main.sales.big").at("/info/table_type").asText())
        .isEqualTo("VIEW");
  }

  private static String type(String name) {
    assertThat(catalog.out("describe", name)).startsWith("name ");
    return catalog.jsonOf("describe", name).path("securable_type").asText();
  }

  @Test
  void aTypeThatIsNoneAndANameThatIsNoneAreRefusedWithoutACall() {
    CommandOutput type = catalog.run("describe", "topic", "main.sales.orders");
    assertThat(type.exitCode()).isEqualTo(2);
    assertThat(type.err())
        .isEqualTo(
            "error: OPTION_INVALID: topic is no type of securable\n  remedy: use metastore,"
                + " catalog, schema, table, volume, function, model, external-location or"
                + " credential\n");
    assertThat(catalog.run("list", "main.sales.orders").exitCode()).isEqualTo(2);
    assertThat(catalog.run("describe", "metastore", "x").exitCode()).isEqualTo(2);
    assertThat(catalog.run("describe", "table", "a.b.c", "d.e.f").exitCode()).isEqualTo(2);
    CommandOutput twice =
        catalog.run("grant", "SELECT", "--on", "table", "a.b.c", "--on", "d.e.f", "--to", "admin");
    assertThat(twice.exitCode()).isEqualTo(2);
    assertThat(twice.err()).contains("table a.b.c d.e.f is more than a type and a name");
    assertThat(catalog.run("grant", "--on", "main", "--to", "admin").exitCode()).isEqualTo(2);
    assertThat(catalog.run("lineage", "main.sales").exitCode()).isEqualTo(2);
    assertThat(catalog.run("tags", "metastore").err()).contains("no tags on the metastore");
    CommandOutput privilege = catalog.run("grant", "READ", "--on", "main", "--to", "admin");
    assertThat(privilege.exitCode()).isEqualTo(2);
    assertThat(privilege.err()).contains("'READ' is no privilege").contains("USE CATALOG, ");
  }

  @Test
  void aTableIsDescribedWithItsFilterMasksAndConstraints() throws Exception {
    catalog.post(ServedCatalog.UNITY + "/catalogs", "{\"name\": \"masked\"}");
    catalog.post(
        ServedCatalog.UNITY + "/schemas", "{\"name\": \"s\", \"catalog_name\": \"masked\"}");
    catalog.post(
        ServedCatalog.UNITY + "/tables",
        """
        {"catalog_name": "masked", "schema_name": "s", "name": "t", "table_type": "EXTERNAL",
         "data_source_format": "DELTA", "storage_location": "/data/masked",
         "columns": [
           {"name": "id", "type_text": "bigint", "type_name": "LONG", "nullable": false},
           {"name": "region", "type_text": "string", "type_name": "STRING"},
           {"name": "email", "type_text": "string", "type_name": "STRING"}]}
        """);
    String table = ServedCatalog.MILLRACE + "/tables/masked.s.t";
    catalog.put(
        table + "/row-filter",
        """
        {"function_name": "main.sales.in_europe", "input_column_names": ["region"]}""");
    catalog.put(table + "/columns/email/mask", "{\"function_name\": \"main.sales.hide\"}");
    catalog.post(
        ServedCatalog.UNITY + "/constraints",
        """
        {"full_name_arg": "masked.s.t", "constraint": {"foreign_key_constraint": {
          "name": "to_orders", "child_columns": ["id"],
          "parent_table": "main.sales.orders", "parent_columns": ["id"]}}}""");

    String out = catalog.out("describe", "masked.s.t");

    assertThat(out)
        .contains("row filter  main.sales.in_europe(region)\n")
        .contains("constraint  to_orders FOREIGN KEY (id) REFERENCES main.sales.orders (id)\n")
        .containsPattern("email +string +yes +main.sales.hide\\(email\\) +- +-\n");
    JsonNode impact = catalog.jsonOf("lineage", "main.sales.hide", "--impact");
    assertThat(impact.at("/affected/0/reason").asText()).isEqualTo("COLUMN_MASK");
    assertThat(catalog.out("lineage", "main.sales.hide", "--impact"))
        .contains("masked.s.t")
        .contains("column mask");
    assertThat(catalog.out("lineage", "masked.s.t.region", "--impact")).contains("row filter");
  }

  @Test
  void grantsAreMadeShownTakenAwayAndSaidToBeHeldOtherwise() {
    user("gil@example.com");
    assertThat(
            catalog.out(
                "grant",
                "use-catalog,BROWSE",
                "--on",
                "catalog",
                "main",
                "--to",
                "gil@example.com"))
        .isEqualTo("USE CATALOG, BROWSE on catalog main: granted to gil@example.com\n");
    JsonNode granted =
        catalog.jsonOf("grant", "SELECT", "--on", "main.sales.orders", "--to", "gil@example.com");
    assertThat(granted.at("/privilege_assignments/0/privileges/0").asText()).isEqualTo("SELECT");
    catalog.out("grant", "ALL_PRIVILEGES", "--on", "main.sales", "--to", "gil@example.com");
    catalog.out("grant", "CREATE CATALOG", "--on", "metastore", "--to", "gil@example.com");
    assertThat(catalog.out("show-grants", "metastore", "--principal", "gil@example.com"))
        .isEqualTo(
            "PRINCIPAL        PRIVILEGE       GRANTED ON\n"
                + "gil@example.com  CREATE CATALOG  the metastore\n");

    CommandOutput revoked =
        catalog.run("revoke", "SELECT", "--on", "main.sales.orders", "--from", "gil@example.com");

    assertThat(revoked.exitCode()).isZero();
    assertThat(revoked.out())
        .isEqualTo(
            "SELECT on table main.sales.orders: revoked from gil@example.com\n"
                + "gil@example.com still has SELECT: ALL PRIVILEGES on schema main.sales, granted to"
                + " gil@example.com\n");
    assertThat(
            catalog
                .jsonOf("show-grants", "main.sales.orders", "--principal", "gil@example.com")
                .path("privilege_assignments"))
        .isEmpty();
  }

  @Test
  void aPrincipalThatIsNotThereIsNamedAndNothingIsGranted() {
    CommandOutput output =
        catalog.run("grant", "SELECT", "--on", "main.sales.orders", "--to", "nobody@example.com");
    assertThat(output.exitCode()).isEqualTo(6);
    assertThat(output.err())
        .startsWith("error: PRINCIPAL_NOT_FOUND: ")
        .contains("nobody@example.com")
        .contains("(NOT_FOUND)\n  remedy: ");
  }

  @Test
  void whoMayNotIsToldWhatIsMissingAndWhatIsHiddenIsNotThere() throws Exception {
    user("eve@example.com");
    Path token = catalog.tokenOf("eve@example.com");
    CommandOutput hidden = catalog.runWith(token, "describe", "table", "main.sales.orders");
    assertThat(hidden.exitCode()).isEqualTo(6);
    assertThat(hidden.err())
        .isEqualTo(
            "error: SECURABLE_NOT_FOUND: there is no table main.sales.orders that you may see"
                + " (TABLE_NOT_FOUND)\n"
                + "  remedy: look at the name, or ask its owner for a privilege on it\n");
    assertThat(catalog.runWith(token, "list").out()).isEqualTo("NAME  OWNER  UPDATED  COMMENT\n");

    for (List<String> command :
        List.of(
            List.of("user", "list"),
            List.of("group", "create", "eves"),
            List.of("token", "list"),
            List.of("token", "create", "--user", "admin"))) {
      CommandOutput denied = catalog.runWith(token, command.toArray(String[]::new));
      assertThat(denied.exitCode()).as(command.toString()).isEqualTo(7);
      assertThat(denied.err()).startsWith("error: PERMISSION_DENIED: ");
      assertThat(denied.out()).isEmpty();
    }
    CommandOutput json = catalog.runWith(token, "user", "list", "--json");
    assertThat(json.exitCode()).isEqualTo(7);
    assertThat(ServedCatalog.json(json.out()).at("/error/code").asText())
        .isEqualTo("PERMISSION_DENIED");
  }

  @Test
  void tokensAreMadeListedAndRevoked() throws Exception {
    user("tim@example.com");
    String printed = catalog.out("token", "create", "--user", "tim@example.com");
    assertThat(printed).matches("mrt_[A-Za-z0-9_-]{43}\n");
    Path file = Files.writeString(folder.resolve("tims"), printed);
    assertThat(catalog.runWith(file, "list").exitCode()).isZero();

    JsonNode made =
        catalog.jsonOf("token", "create", "--user", "tim@example.com", "--expires", "2h");
    JsonNode info = made.path("token_info");
    assertThat(info.path("expiry_time").asLong() - info.path("creation_time").asLong())
        .isEqualTo(7_200_000);
    JsonNode listed = catalog.jsonOf("token", "list", "--user", "tim@example.com");
    assertThat(listed.path("token_infos")).hasSize(2).contains(info);
    assertThat(listed.toString()).doesNotContain(printed.strip());
    assertThat(catalog.out("token", "list")).contains("tim@example.com").contains("never");

    CommandOutput own = catalog.runWith(file, "token", "create", "--comment", "mine");
    assertThat(own.out()).startsWith("mrt_");
    CommandOutput mine = catalog.runWith(file, "token", "list", "--mine");
    assertThat(mine.out().lines()).hasSize(4);

    for (String id : names(listed.path("token_infos"), "token_id")) {
      assertThat(catalog.out("token", "revoke", id))
          .isEqualTo("token " + id + " is worthless now\n");
    }
    CommandOutput again =
        catalog.run("token", "revoke", listed.at("/token_infos/0/token_id").asText());
    assertThat(again.exitCode()).isEqualTo(6);
    assertThat(again.err()).startsWith("error: TOKEN_NOT_FOUND: there is no token ");
    CommandOutput worthless = catalog.runWith(file, "list");
    assertThat(worthless.exitCode()).isEqualTo(7);
    assertThat(worthless.err()).startsWith("error: UNAUTHENTICATED: ");
  }

  @Test
  void aLifetimeNeedsNumberAndUnitAndIsNotTooLong() {
    for (String text : List.of("0d", "90", "1y", "-1d")) {
      CommandOutput output = catalog.run("token", "create", "--user", "admin", "--expires=" + text);
      assertThat(output.exitCode()).isEqualTo(2);
      assertThat(output.err()).contains("'" + text + "' is no lifetime; write it like 15m, 12h");
    }
    CommandOutput output = catalog.run("token", "create", "--user", "admin", "--expires=999d");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err()).startsWith("error: ARGUMENT_INVALID: ");
  }

  @Test
  void usersAndGroupsOfAnyNameAreFoundByIt() {
    String user = "o\"brien\\(x) & é@example.com";
    user(user);
    catalog.out("group", "create", "the \"best\" ]");
    catalog.out("group", "create", "outer");
    catalog.out("group", "add-member", "the \"best\" ]", user);
    JsonNode outer = catalog.jsonOf("group", "add-member", "outer", "THE \"best\" ]");
    assertThat(outer.at("/members/0/display").asText()).isEqualTo("the \"best\" ]");
    assertThat(catalog.out("group", "list")).containsPattern("outer +1 +the \"best\" ]\n");
    catalog.out("group", "remove-member", "outer", "the \"best\" ]");
    assertThat(catalog.jsonOf("group", "remove-member", "outer", user).path("members")).isEmpty();

    CommandOutput twice = catalog.run("user", "create", user.toUpperCase(java.util.Locale.ROOT));
    assertThat(twice.exitCode()).isEqualTo(6);
    assertThat(twice.err()).startsWith("error: PRINCIPAL_EXISTS: ").contains("(uniqueness)");

    assertThat(catalog.out("user", "delete", user))
        .isEqualTo("there is no user " + user + " any more\n");
    assertThat(catalog.jsonOf("group", "delete", "the \"best\" ]").path("displayName").asText())
        .isEqualTo("the \"best\" ]");
    CommandOutput gone = catalog.run("user", "delete", user);
    assertThat(gone.exitCode()).isEqualTo(6);
    assertThat(gone.err()).startsWith("error: PRINCIPAL_NOT_FOUND: there is no user o\"brien");
    CommandOutput stranger = catalog.run("group", "add-member", "outer", "nobody");
    assertThat(stranger.err()).contains("there is no user, group or service principal nobody");
    CommandOutput last = catalog.run("group", "remove-member", "metastore_admins", "admin");
    assertThat(last.exitCode()).isEqualTo(6);
    assertThat(last.err()).startsWith("error: PRINCIPAL_IN_USE: ");
  }

  @Test
  void tagsAreSetAndTakenAwayWhateverTheirNames() {
    JsonNode set =
        catalog.jsonOf(
            "tags", "main.sales.totals", "--set", "a/b c=x=y", "--set", "ü%\"=", "--set", "bare");
    assertThat(set.path("tag_assignments")).hasSize(3);
    assertThat(catalog.out("tags", "main.sales.totals"))
        .containsPattern("a/b c +x=y\n")
        .containsPattern("bare +-\n");
    assertThat(
            catalog
                .jsonOf(
                    "tags",
                    "main.sales.totals",
                    "--unset",
                    "a/b c",
                    "--unset",
                    "ü%\"",
                    "--unset",
                    "bare")
                .path("tag_assignments"))
        .isEmpty();
    CommandOutput missing = catalog.run("tags", "main.sales.totals", "--unset", "none");
    assertThat(missing.exitCode()).isEqualTo(6);
  }

  @Test
  void whatDoesSomethingToATerminalIsShownInstead() {
    String name = "a\u202eb\u200bc";
    catalog
        .admin()
        .post(
            ServedCatalog.UNITY + "/catalogs",
            new ObjectMapper()
                .createObjectNode()
                .put("name", name)
                .put(
                    "comment",
                    "\u001b[2J\u001b]0;owned\u0007\r\nnext line\u009b31m \u2028"
                        + "x".repeat(300)));
    catalog.out("tags", name, "--set", "k\u202e=v\u200bw");
    assertThat(catalog.run("user", "create", "\u202emoc.live@x.com").exitCode()).isEqualTo(2);
    assertThat(catalog.run("user", "create", "red@x.com", "--display-name", "a\u202e").exitCode())
        .isEqualTo(2);

    for (String out :
        List.of(
            catalog.out("list"),
            catalog.out("describe", name),
            catalog.out("tags", name),
            catalog.out("user", "list"),
            catalog.out("list", "--json"),
            catalog.out("describe", name, "--json"),
            catalog.run("describe", "schema", name + ".\u001b[2Jx").err(),
            catalog.run("describe", name + ".x.\u001b[2Jy").err(),
            catalog.run("list", name + ".\u001b[2Jx", "--json").out())) {
      assertThat(out.replace("\n", ""))
          .doesNotContainPattern("[\\p{Cntrl}\\u0080-\\u009f\\u200b\\u202e\\u2028]");
    }
    assertThat(catalog.out("list")).contains("a\\u202eb\\u200bc").contains("…\n");
    assertThat(names(catalog.jsonOf("list").path("catalogs"), "name")).contains(name);
    assertThat(catalog.jsonOf("describe", name).at("/info/comment").asText()).contains("\u001b[2J");
  }

  @Test
  void aVeryLongNameIsShownWhole() {
    String name = "long" + "é".repeat(251);
    catalog
        .admin()
        .post(
            ServedCatalog.UNITY + "/catalogs",
            new ObjectMapper().createObjectNode().put("name", name));
    assertThat(catalog.out("list")).contains(name + "  admin");
    assertThat(catalog.jsonOf("describe", name).at("/info/name").asText()).isEqualTo(name);
  }

  @Test
  void lineageIsATreeInBothDirectionsAndHidesWhatOneMayNotSee() throws Exception {
    assertThat(catalog.out("lineage", "main.sales.orders", "--depth", "1"))
        .isEqualTo(
            "main.sales.orders\n"
                + "made from:\n"
                + "└─ kafka://broker:9092 orders (external)  by flink/load\n"
                + "made into:\n"
                + "└─ main.sales.totals  by flink/sums (running)\n");
    assertThat(catalog.out("lineage", "main.sales.orders", "--at", "2020-01-01", "--upstream"))
        .contains("nothing that is known");
    user("lin@example.com");
    catalog.out("grant", "SELECT", "--on", "main.sales.totals", "--to", "lin@example.com");
    catalog.out("grant", "USE CATALOG", "--on", "main", "--to", "lin@example.com");
    catalog.out("grant", "USE SCHEMA", "--on", "main.sales", "--to", "lin@example.com");
    Path token = catalog.tokenOf("lin@example.com");
    assertThat(catalog.runWith(token, "lineage", "main.sales.totals", "--upstream").out())
        .startsWith("main.sales.totals\nmade from:\n└─ (restricted)")
        .doesNotContain("orders  ");
    assertThat(catalog.jsonOf("lineage", "main.sales.totals").path("links")).isNotEmpty();
    CommandOutput both = catalog.run("lineage", "main.sales.totals", "--upstream", "--downstream");
    assertThat(both.exitCode()).isEqualTo(2);
    CommandOutput deep = catalog.run("lineage", "main.sales.totals", "--depth", "51");
    assertThat(deep.exitCode()).isEqualTo(2);
    assertThat(deep.err()).startsWith("error: ARGUMENT_INVALID: depth is 51, expected 1 to 50");
    assertThat(catalog.run("lineage", "main.sales.totals", "--impact", "--depth", "2").err())
        .contains("--impact is of now");
  }

  @Test
  void anActionThatIsNotDoneWithItIsRefused() {
    CommandOutput output = catalog.run("why", "admin", "SELECT", "schema", "main.sales");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err()).startsWith("error: ARGUMENT_INVALID: ");
    assertThat(catalog.out("why", "admin", "CHANGE-OWNER", "main"))
        .startsWith("admin can CHANGE_OWNER");
  }
}
