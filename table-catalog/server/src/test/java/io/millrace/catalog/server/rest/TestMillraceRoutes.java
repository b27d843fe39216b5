package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.audit.AuditReader;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.LineageSettings;
import io.millrace.catalog.server.lineage.LineageStore;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.store.StoreSettings;
import io.millrace.catalog.server.system.SystemTables;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lineage, audit, freshness and system tables over HTTP. */
class TestMillraceRoutes {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private CatalogScene scene;
  private HttpServer server;
  private final List<Route> routes = new ArrayList<>();

  @BeforeEach
  void start() {
    scene = CatalogScene.open(StoreSettings.embedded(folder));
    scene.table("main.s.silver", "origin", "delay");
    scene.table("main.s.gold", "origin", "total");
    LineageService lineage =
        new LineageService(LineageStore.open(scene.store(), LineageSettings.DEFAULT), scene.gate());
    AuditReader audit = new AuditReader(scene.store().database().jdbi());
    routes.addAll(new LineageResource(lineage).routes());
    routes.addAll(new AuditResource(new Work(scene.store(), scene.gate()), audit).routes());
    routes.addAll(
        new FreshnessResource(new FreshnessService(scene.store(), scene.gate(), 10)).routes());
    routes.addAll(
        new SystemResource(
                new SystemTables(() -> scene.store().state(), scene.gate(), audit, lineage))
            .routes());
    server = HttpServer.start("127.0.0.1", 0, routes, this::caller);
  }

  private Caller caller(
      java.util.Optional<String> authorization, String requestId, String address) {
    Principal principal =
        scene
            .store()
            .state()
            .principal(authorization.orElse("").replaceFirst("^Bearer ", ""))
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.UNAUTHENTICATED, "no or no valid token", "send one"));
    return new Caller(principal.id(), principal.name(), requestId, address);
  }

  @AfterEach
  void stop() {
    server.close();
    scene.close();
  }

  private HttpResponse<String> send(String user, String method, String path, String body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json");
    if (!user.isEmpty()) {
      request.header("Authorization", "Bearer " + user);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode get(String user, String path) throws Exception {
    HttpResponse<String> response = send(user, "GET", path, "");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private void flightsAreTold() throws Exception {
    String event =
        """
        {"eventType": "START", "eventTime": "2026-11-29T09:00:00Z",
         "run": {"runId": "3b452093-782c-4ef2-9c0c-aafe2aa6f34d"},
         "job": {"namespace": "spark", "name": "sums"},
         "inputs": [{"namespace": "s3://lake", "name": "main/s/silver"}],
         "outputs": [{"namespace": "s3://lake", "name": "main/s/gold", "facets": {
           "version": {"datasetVersion": "3"},
           "columnLineage": {"fields": {"total": {"inputFields": [
             {"namespace": "s3://lake", "name": "main/s/silver", "field": "delay",
              "transformations": [{"type": "DIRECT", "subtype": "AGGREGATION"}]}]}}}}}],
         "producer": "urn:p", "schemaURL": "urn:s"}
        """;
    HttpResponse<String> response = send("admin", "POST", "/api/v1/lineage", event);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
  }

  @Test
  void lineageIsTakenAndAskedInEveryWay() throws Exception {
    flightsAreTold();
    String root = "/api/2.1/millrace/lineage";

    JsonNode around = get("admin", root + "/tables/main.s.gold?direction=upstream&depth=3");
    assertThat(around.at("/nodes/1/name").asText()).isEqualTo("main.s.silver");
    assertThat(around.at("/links/0/job/name").asText()).isEqualTo("sums");
    assertThat(around.at("/links/0/first_seen").asText()).isEqualTo("2026-11-29T09:00:00Z");
    assertThat(get("admin", root + "/tables/main.s.silver/columns/delay").at("/nodes/1/column"))
        .hasToString("\"total\"");
    assertThat(get("admin", root + "/tables/main.s.gold?at=2026-11-29T08:00:00Z").at("/nodes"))
        .hasSize(1);
    assertThat(get("admin", root + "/paths?from=main.s.silver&to=main.s.gold").at("/paths/0"))
        .hasSize(2);
    assertThat(
            get("admin", root + "/impact/tables/main.s.silver?column_name=delay")
                .at("/affected/0/reason")
                .asText())
        .isEqualTo("VALUES");
    assertThat(
            get("admin", root + "/readers/main.s.silver").at("/readers/0/job/name").isMissingNode())
        .as("silent for an hour")
        .isTrue();
    assertThat(
            get("admin", root + "/provenance/main.s.gold?version=3").at("/runs/0/sources/0/name"))
        .hasToString("\"main.s.silver\"");
    assertThat(get("admin", root + "/orphans").at("/tables/0/table/name").asText())
        .isEqualTo("main.s.gold");
    assertThat(get("admin", "/api/v1/lineage/events").at("/events/0/eventType").asText())
        .isEqualTo("START");
  }

  @Test
  void databricksClientsSendParametersInTheQueryOrInTheBodyOfAGet() throws Exception {
    flightsAreTold();
    String table = "/api/2.0/lineage-tracking/table-lineage";

    HttpResponse<String> byBody =
        send(
            "admin",
            "GET",
            table,
            "{\"table_name\": \"main.s.gold\", \"include_entity_lineage\": true}");
    assertThat(byBody.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(byBody.body()))
        .isEqualTo(get("admin", table + "?table_name=main.s.gold&include_entity_lineage=true"));
    assertThat(JSON.readTree(byBody.body()).at("/upstreams/0/jobInfos/0/name").asText())
        .isEqualTo("sums");
    assertThat(
            get(
                    "admin",
                    "/api/2.0/lineage-tracking/column-lineage"
                        + "?table_name=main.s.gold&column_name=total")
                .at("/upstream_cols/0/name")
                .asText())
        .isEqualTo("delay");
  }

  @Test
  void freshnessIsToldAndAsked() throws Exception {
    String report =
        """
        {"reports": [{"table": "main.s.gold", "pipeline": "flights", "epoch": 7, "version": 3,
          "committed": "2026-11-29T09:59:58Z", "watermark": "2026-11-29T09:59:55Z",
          "rows": {"in": 10, "out": 8, "dropped": 0, "quarantined": 1, "deduplicated": 1}}]}
        """;
    HttpResponse<String> told = send("admin", "POST", "/api/2.1/millrace/freshness", report);
    assertThat(told.statusCode()).as(told.body()).isEqualTo(200);

    JsonNode found = get("admin", "/api/2.1/millrace/freshness/main.s.gold");
    assertThat(found.at("/behind_ms").asLong()).isEqualTo(5000);
    assertThat(found.at("/commit_age_ms").asLong()).isEqualTo(2000);
    assertThat(found.at("/last/balance").asText()).isEqualTo("BALANCED");
    assertThat(found.at("/last/rows/quarantined").asLong()).isEqualTo(1);
    assertThat(found.at("/last/watermark").asText()).isEqualTo("2026-11-29T09:59:55Z");
    assertThat(get("admin", "/api/2.1/millrace/freshness/main.s.gold/epochs").at("/epochs"))
        .hasSize(1);
    assertThat(get("admin", "/api/2.1/millrace/freshness/main.s.silver").has("last")).isFalse();
    HttpResponse<String> wrong =
        send(
            "admin",
            "POST",
            "/api/2.1/millrace/freshness",
            report.replace("\"in\": 10", "\"in\": -1"));
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("rows are counted in -1");
  }

  @Test
  void theExamplesOfTheDocumentationRun() throws Exception {
    Path docs = Path.of(System.getProperty("millrace.home"), "docs");
    String lineage = Files.readString(docs.resolve("lineage.md"));
    String audit = Files.readString(docs.resolve("audit.md"));

    HttpResponse<String> event = send("admin", "POST", "/api/v1/lineage", firstJson(lineage));
    assertThat(event.statusCode()).as(event.body()).isEqualTo(201);
    HttpResponse<String> report =
        send("admin", "POST", "/api/2.1/millrace/freshness", firstJson(audit));
    assertThat(report.statusCode()).as(report.body()).isEqualTo(200);
    List<String> asked = new ArrayList<>();
    for (String line : (lineage + "\n" + audit).split("\n")) {
      if (line.startsWith("GET /")) {
        JsonNode answer = get("admin", line.substring("GET ".length()));
        assertThat(answer.isObject()).as(line).isTrue();
        asked.add(line);
      }
    }
    assertThat(asked).hasSize(18);
    assertThat(
            get("admin", "/api/2.1/millrace/lineage/tables/main.s.gold?direction=upstream")
                .at("/nodes/1/name")
                .asText())
        .isEqualTo("main.s.silver");
  }

  private static String firstJson(String page) {
    int from = page.indexOf("```json") + "```json".length();
    return page.substring(from, page.indexOf("```", from));
  }

  @Test
  void systemTablesAreRowsOfJson() throws Exception {
    JsonNode page =
        get("admin", "/api/2.1/millrace/system/information_schema/columns?max_results=3");
    assertThat(page.at("/rows")).hasSize(3);
    assertThat(page.at("/rows/0/column_name").asText()).isEqualTo("origin");
    assertThat(page.at("/columns/3").toString())
        .isEqualTo("{\"name\":\"column_name\",\"type\":\"STRING\"}");
    JsonNode rest =
        get(
            "admin",
            "/api/2.1/millrace/system/information_schema/columns?page_token="
                + page.at("/next_page_token").asText());
    assertThat(rest.at("/rows")).hasSize(1);
    assertThat(rest.has("next_page_token")).isFalse();
    assertThat(get("eve", "/api/2.1/millrace/system").at("/tables").size()).isGreaterThan(15);
    flightsAreTold();
    assertThat(
            get("admin", "/api/2.1/millrace/system/access/table_lineage")
                .at("/rows/0/event_date")
                .asText())
        .isEqualTo("2026-11-29");
    scene.store().audit(List.of(scene.decisions().get(0)));
    JsonNode audit = get("admin", "/api/2.1/millrace/audit?principal=ADMIN&outcome=done");
    assertThat(audit.at("/events/0/principal_name").asText()).isEqualTo("admin");
    assertThat(
            get("admin", "/api/2.1/millrace/system/access/audit")
                .at("/rows/0/response/status_code")
                .asInt())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/2.1/millrace/lineage/tables/main.s.gold",
        "/api/2.1/millrace/lineage/tables/main.s.gold/columns/total",
        "/api/2.1/millrace/lineage/paths?from=main.s.gold&to=main.s.gold",
        "/api/2.1/millrace/lineage/impact/tables/main.s.gold",
        "/api/2.1/millrace/lineage/readers/main.s.gold",
        "/api/2.1/millrace/lineage/provenance/main.s.gold?version=3",
        "/api/2.0/lineage-tracking/table-lineage?table_name=main.s.gold",
        "/api/2.0/lineage-tracking/column-lineage?table_name=main.s.gold&column_name=total",
        "/api/2.1/millrace/freshness/main.s.gold",
        "/api/2.1/millrace/freshness/main.s.gold/epochs",
        "/api/v1/lineage/events?table_name=main.s.gold"
      })
  void hiddenAndMissingTablesHaveOneAnswer(String path) throws Exception {
    flightsAreTold();
    scene.enter("eve");

    HttpResponse<String> hidden = send("eve", "GET", path, "");
    HttpResponse<String> missing =
        send("eve", "GET", path.replace("main.s.gold", "main.s.none"), "");

    assertThat(hidden.statusCode()).isEqualTo(404);
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(withoutIds(hidden.body()).replace("main.s.gold", "main.s.none"))
        .isEqualTo(withoutIds(missing.body()));
    assertThat(send("", "GET", path, "").statusCode()).as("nobody").isEqualTo(401);
  }

  private static String withoutIds(String body) {
    return body.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/2.1/millrace/audit",
        "/api/2.1/millrace/system/access/audit",
        "/api/2.1/millrace/system/access/table_lineage",
        "/api/2.1/millrace/system/access/column_lineage"
      })
  void whatIsForAdminsIsRefusedToOthers(String path) throws Exception {
    assertThat(send("eve", "GET", path, "").statusCode()).isEqualTo(403);
    assertThat(send("admin", "GET", path, "").statusCode()).isEqualTo(200);
    for (String method : List.of("DELETE", "PUT", "PATCH", "POST")) {
      assertThat(send("admin", method, path, "{}").statusCode())
          .as("%s: nobody changes it", method)
          .isEqualTo(405);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/2.1/millrace/lineage/tables/main.s.gold?depth=x",
        "/api/2.1/millrace/lineage/tables/main.s.gold?depth=0",
        "/api/2.1/millrace/lineage/tables/main.s.gold?direction=sideways",
        "/api/2.1/millrace/lineage/tables/main.s.gold?at=yesterday",
        "/api/2.1/millrace/lineage/provenance/main.s.gold?version=-1",
        "/api/2.1/millrace/lineage/paths?from=main.s.gold",
        "/api/2.1/millrace/audit?outcome=maybe",
        "/api/2.1/millrace/audit?page_token=x",
        "/api/2.1/millrace/audit?max_results=-1",
        "/api/2.1/millrace/system/information_schema/tables?page_token=x",
        "/api/2.0/lineage-tracking/table-lineage",
        "/api/v1/lineage/events?page_token=x"
      })
  void whatMakesNoSenseIsABadRequest(String path) throws Exception {
    HttpResponse<String> response = send("admin", "GET", path, "");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).contains("\"error_code\":\"INVALID_ARGUMENT\"");
  }
}
