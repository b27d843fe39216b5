package io.millrace.catalog.server.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.CatalogScene;
import io.millrace.catalog.server.lineage.LineageService.Around;
import io.millrace.catalog.server.lineage.LineageService.Direction;
import io.millrace.catalog.server.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of OpenLineage, in and out. */
class TestOpenLineage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RUN = "3b452093-782c-4ef2-9c0c-aafe2aa6f34d";

  @TempDir private Path folder;
  private CatalogScene scene;
  private LineageStore store;
  private LineageService lineage;
  private OpenLineageService events;

  @BeforeEach
  void open() {
    scene = CatalogScene.open(StoreSettings.embedded(folder));
    scene.table("main.s.silver", "origin", "delay");
    scene.table("main.s.gold", "origin", "total");
    store = LineageStore.open(scene.store(), LineageSettings.DEFAULT);
    lineage = new LineageService(store, scene.gate());
    events = new OpenLineageService(lineage);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** As Spark's integration sends it: tables by the place of their files. */
  private static String run(String type, String time, String run, String inputs, String outputs) {
    return """
        {"eventType": "%s", "eventTime": "%s",
         "run": {"runId": "%s", "facets": {"spark_properties": {"anything": [1, {"at": "all"}]}}},
         "job": {"namespace": "spark", "name": "sums",
                 "facets": {"jobType": {"_producer": "urn:x", "_schemaURL": "urn:x",
                            "processingType": "BATCH", "integration": "SPARK"}}},
         "inputs": [%s], "outputs": [%s],
         "producer": "https://example.com/spark",
         "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}
        """
        .formatted(type, time, run, inputs, outputs);
  }

  private static final String SILVER =
      "{\"namespace\": \"s3://lake\", \"name\": \"main/s/silver\"}";
  private static final String TOPIC =
      "{\"namespace\": \"kafka://user:pw@broker:9092\", \"name\": \"airports\"}";
  private static final String GOLD_WITH_COLUMNS =
      """
      {"namespace": "s3a://lake", "name": "/main/s/gold",
       "facets": {
         "version": {"datasetVersion": "12"},
         "columnLineage": {
           "fields": {
             "total": {"inputFields": [
               {"namespace": "s3://lake", "name": "main/s/silver", "field": "delay",
                "transformations": [
                  {"type": "DIRECT", "subtype": "AGGREGATION",
                   "description": "SUM(delay * 3)", "masking": false}]}]},
             "origin": {"inputFields": [
               {"namespace": "s3://lake", "name": "main/s/silver", "field": "origin"}],
               "transformationType": "MASKED"}},
           "dataset": [
             {"namespace": "s3://lake", "name": "main/s/silver", "field": "origin",
              "transformations": [{"type": "INDIRECT", "subtype": "GROUP_BY"}]}]}}}
      """;

  private void accept(String user, String event) {
    events.accept(scene.as(user), json(event));
  }

  private LineageSubgraph upstream(String table, String column) {
    return lineage.around(
        scene.as("admin"),
        new Around(table, column, Direction.UPSTREAM, 10, Optional.empty(), false));
  }

  private static List<String> names(LineageSubgraph graph) {
    return graph.nodes().stream()
        .map(node -> node.column().isEmpty() ? node.name() : node.name() + "." + node.column())
        .sorted()
        .toList();
  }

  @Test
  void aRunIsReadWithItsColumnsAndTablesAreKnownByTheirPlaces() {
    accept(
        "admin",
        run("START", "2026-11-29T09:00:00Z", RUN, SILVER + "," + TOPIC, GOLD_WITH_COLUMNS));

    assertThat(names(upstream("main.s.gold", "")))
        .containsExactly("airports", "main.s.gold", "main.s.silver");
    assertThat(names(upstream("main.s.gold", "total")))
        .containsExactly("main.s.gold.total", "main.s.silver.delay", "main.s.silver.origin");
    assertThat(upstream("main.s.gold", "total").links())
        .extracting(link -> link.kind() + " " + link.subtype() + " " + link.description())
        .containsExactlyInAnyOrder("DIRECT AGGREGATION SUM(delay * ?)", "INDIRECT GROUP_BY ");
    assertThat(upstream("main.s.gold", "origin").links())
        .filteredOn(link -> link.kind() == Transformation.Kind.DIRECT)
        .singleElement()
        .satisfies(link -> assertThat(link.masking()).as("the old way to say so").isTrue());
    assertThat(upstream("main.s.gold", "").nodes())
        .filteredOn(node -> node.type() == LineageNode.Type.EXTERNAL)
        .singleElement()
        .satisfies(
            node ->
                assertThat(node.namespace())
                    .as("without user and password")
                    .contains("kafka://broker:9092"));
    assertThat(lineage.provenance(scene.as("admin"), "main.s.gold", 12)).hasSize(1);
  }

  @Test
  void aRunGoesFromStartToItsEndAndStaysThere() {
    accept("admin", run("START", "2026-11-29T09:00:00Z", RUN, SILVER, GOLD_WITH_COLUMNS));
    assertThat(state()).isEqualTo(LineageRun.State.RUNNING);
    accept("admin", run("RUNNING", "2026-11-29T09:01:00Z", RUN, "", ""));
    assertThat(state()).isEqualTo(LineageRun.State.RUNNING);
    accept("admin", run("FAIL", "2026-11-29T09:02:00Z", RUN, "", ""));
    assertThat(state()).isEqualTo(LineageRun.State.FAILED);
    accept("admin", run("RUNNING", "2026-11-29T09:01:30Z", RUN, "", ""));
    accept("admin", run("COMPLETE", "2026-11-29T09:03:00Z", RUN, "", ""));
    assertThat(state()).as("whatever comes late").isEqualTo(LineageRun.State.FAILED);
    assertThat(store.graph().runs())
        .singleElement()
        .satisfies(
            run -> {
              assertThat(run.started()).isEqualTo(Instant.parse("2026-11-29T09:00:00Z"));
              assertThat(run.ended()).contains(Instant.parse("2026-11-29T09:02:00Z"));
            });
  }

  private LineageRun.State state() {
    return store.graph().runs().iterator().next().state();
  }

  @Test
  void whatARunThatCompletesDidNotDoAnyMoreIsOver() {
    String second = "00000000-0000-0000-0000-000000000002";
    accept("admin", run("START", "2026-11-29T08:00:00Z", RUN, SILVER + "," + TOPIC, gold()));
    accept("admin", run("COMPLETE", "2026-11-29T08:10:00Z", RUN, "", ""));
    accept("admin", run("START", "2026-11-29T09:00:00Z", second, SILVER, gold()));
    assertThat(names(upstream("main.s.gold", "")))
        .as("an event may name a part")
        .containsExactly("airports", "main.s.gold", "main.s.silver");

    accept("admin", run("COMPLETE", "2026-11-29T09:10:00Z", second, "", ""));

    assertThat(names(upstream("main.s.gold", ""))).containsExactly("main.s.gold", "main.s.silver");
  }

  private static String gold() {
    return "{\"namespace\": \"s3://lake\", \"name\": \"main/s/gold\"}";
  }

  @Test
  void eventsOfJobsAndDatasetsAloneAreReadToo() {
    accept(
        "admin",
        """
        {"eventTime": "2026-11-29T09:00:00+01:00", "producer": "urn:p",
         "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
         "job": {"namespace": "airflow", "name": "copy"},
         "inputs": [%s], "outputs": [%s]}
        """
            .formatted(TOPIC, SILVER));
    accept(
        "admin",
        """
        {"eventTime": "2026-11-29T09:00:00Z", "producer": "urn:p",
         "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
         "dataset": %s}
        """
            .formatted(GOLD_WITH_COLUMNS));

    assertThat(names(upstream("main.s.gold", "")))
        .containsExactly("airports", "main.s.gold", "main.s.silver");
    assertThat(store.graph().runs()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "eventTime|\"yesterday\"|eventTime of the lineage event is not a time such as 2026-11-29T10:00:00Z",
        "eventTime|null|eventTime of the lineage event is not a text of 1 to 1,024 characters",
        "producer|\"me\"|producer of the lineage event is not an absolute URI",
        "schemaURL|null|schemaURL of the lineage event is not a text of 1 to 1,024 characters",
        "run|{\"runId\": \"1\"}|run.runId of the lineage event is not a UUID",
        "run|{\"runId\": \"1-1-1-1-1\"}|run.runId of the lineage event is not a UUID",
        "run|7|run of the lineage event is not an object",
        "eventType|\"DONE\"|eventType of the lineage event is not START, RUNNING, COMPLETE, ABORT, FAIL or OTHER",
        "job|{\"namespace\": \"n\"}|job.name of the lineage event is not a text of 1 to 1,024 characters",
        "job|{\"namespace\": \"n\", \"name\": \"a\\u0000\"}|job.name of the lineage event is not a text of 1 to 1,024 characters",
        "job|{\"namespace\": \"\\ud800\", \"name\": \"a\"}|job.namespace of the lineage event is not a text of 1 to 1,024 characters",
        "inputs|{}|inputs of the lineage event is not an array",
        "inputs|[{\"namespace\": \"n\"}]|inputs[0].name of the lineage event is not a text of 1 to 1,024 characters",
        "outputs|[{\"namespace\": \"n\", \"name\": \"x\", \"facets\": {\"columnLineage\": {}}}]|outputs[0].facets.columnLineage.fields of the lineage event is not an object",
        "outputs|[{\"namespace\": \"n\", \"name\": \"x\", \"facets\": []}]|outputs[0].facets of the lineage event is not an object",
        "dataset|{\"namespace\": \"n\", \"name\": \"x\"}|the event of the lineage event is not an object with job, and with run if it is a run's, or one with dataset",
      })
  void whatTheSpecificationRequiresMustBeThere(String field, String value, String message) {
    ObjectNode event =
        (ObjectNode) json(run("START", "2026-11-29T09:00:00Z", RUN, SILVER, GOLD_WITH_COLUMNS));
    if (value.equals("null")) {
      event.remove(field);
    } else {
      event.set(field, json(value));
    }

    assertThatThrownBy(() -> events.accept(scene.as("admin"), event))
        .hasMessage(
            "ARGUMENT_INVALID: "
                + message
                + "\n  Remedy: send events by the specification of OpenLineage 2.0");
    assertThat(store.graph().edgeCount()).isZero();
  }

  @Test
  void aTableThatTheSenderDoesNotSeeIsANameLikeAnyOther() {
    scene.enter("eve");
    accept("eve", run("START", "2026-11-29T09:00:00Z", RUN, SILVER, gold()));
    accept(
        "eve",
        run(
            "START",
            "2026-11-29T09:00:00Z",
            RUN,
            "{\"namespace\": \"s3://lake\", \"name\": \"main/s/none\"}",
            gold()));

    assertThat(names(upstream("main.s.gold", ""))).containsExactly("main.s.gold");
    assertThat(store.graph().datasets())
        .allSatisfy(dataset -> assertThat(dataset.ref()).isInstanceOf(DatasetRef.Outside.class));
    scene.grant("eve", SecurableType.SCHEMA, "main.s", Privilege.SELECT);
    assertThatThrownBy(
            () -> accept("eve", run("START", "2026-11-29T09:00:00Z", RUN, SILVER, gold())))
        .hasMessageContaining("PERMISSION_DENIED: MODIFY needs MODIFY on table main.s.gold");
  }

  @Test
  void twoWhoReportAJobOfOneNameHaveTwoJobs() {
    scene.enter("ann");
    scene.grant("ann", SecurableType.SCHEMA, "main.s", Privilege.SELECT, Privilege.MODIFY);
    accept("admin", run("START", "2026-11-29T09:00:00Z", RUN, SILVER, gold()));
    accept("ann", run("COMPLETE", "2026-11-29T09:10:00Z", RUN, SILVER, gold()));

    assertThat(store.graph().jobs()).hasSize(2);
    assertThat(store.graph().runs())
        .as("nobody ends another's run")
        .extracting(LineageRun::state)
        .containsExactlyInAnyOrder(LineageRun.State.RUNNING, LineageRun.State.COMPLETE);
  }

  @Test
  void theExportValidatesAgainstThePublishedSchemasAndCanBeReadAgain() throws Exception {
    accept(
        "admin",
        run("START", "2026-11-29T09:00:00Z", RUN, SILVER + "," + TOPIC, GOLD_WITH_COLUMNS));
    accept("admin", run("COMPLETE", "2026-11-29T09:10:00Z", RUN, "", ""));

    OpenLineageService.Page page =
        events.export(scene.as("admin"), Optional.empty(), Instant.EPOCH, 10, Optional.empty());

    assertThat(page.next()).isEmpty();
    assertThat(page.events())
        .extracting(event -> event.get("eventType").asText())
        .containsExactly("START", "COMPLETE");
    for (ObjectNode event : page.events()) {
      assertThat(PublishedSchemas.problems("2-0-2/OpenLineage.json", event)).isEmpty();
      assertThat(
              PublishedSchemas.problems(
                  "facets/2-0-4/JobTypeJobFacet.json", event.at("/job/facets").deepCopy()))
          .isEmpty();
      for (JsonNode dataset : both(event)) {
        for (String facet :
            List.of(
                "facets/1-2-0/ColumnLineageDatasetFacet.json",
                "facets/1-2-0/SchemaDatasetFacet.json",
                "facets/1-0-1/DatasetVersionDatasetFacet.json")) {
          assertThat(PublishedSchemas.problems(facet, dataset.get("facets"))).as(facet).isEmpty();
        }
      }
    }
    JsonNode output = page.events().get(0).at("/outputs/0");
    assertThat(output.at("/name").asText()).isEqualTo("main.s.gold");
    assertThat(output.at("/facets/version/datasetVersion").asText()).isEqualTo("12");
    assertThat(output.at("/facets/schema/fields/1/name").asText()).isEqualTo("total");
    assertThat(output.at("/facets/columnLineage/fields/total/inputFields/0/name").asText())
        .isEqualTo("main.s.silver");
    ObjectNode broken = page.events().get(0).deepCopy();
    broken.remove("eventTime");
    assertThat(PublishedSchemas.problems("2-0-2/OpenLineage.json", broken))
        .as("the check can fail")
        .isNotEmpty();

    List<String> before = names(upstream("main.s.gold", "total"));
    scene.enter("ann");
    scene.grant("ann", SecurableType.SCHEMA, "main.s", Privilege.SELECT, Privilege.MODIFY);
    int edges = store.graph().edgeCount();
    page.events().forEach(event -> events.accept(scene.as("ann"), event));
    assertThat(store.graph().edgeCount()).as("the same again, of another").isEqualTo(2 * edges);
    assertThat(names(upstream("main.s.gold", "total"))).isEqualTo(before);
  }

  private static List<JsonNode> both(JsonNode event) {
    List<JsonNode> datasets = new ArrayList<>();
    event.get("inputs").forEach(datasets::add);
    event.get("outputs").forEach(datasets::add);
    return datasets;
  }

  @Test
  void theExportIsPagedAndOnlyOfJobsOfWhichTheViewerSeesEverything() {
    for (int i = 1; i <= 5; i++) {
      accept(
          "admin",
          run(
              "START",
              "2026-11-29T09:0%d:00Z".formatted(i),
              "00000000-0000-0000-0000-00000000000" + i,
              SILVER,
              gold()));
    }
    List<String> seen = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      OpenLineageService.Page page =
          events.export(scene.as("admin"), Optional.of("main.s.gold"), Instant.EPOCH, 2, token);
      page.events().stream()
          .filter(event -> event.get("eventType").asText().equals("START"))
          .forEach(event -> seen.add(event.at("/run/runId").asText()));
      token = page.next();
    } while (token.isPresent());
    assertThat(seen).hasSize(5).doesNotHaveDuplicates().isSorted();

    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.gold", Privilege.SELECT);
    assertThat(
            events
                .export(scene.as("ann"), Optional.empty(), Instant.EPOCH, 10, Optional.empty())
                .events())
        .isEmpty();
    assertThatThrownBy(
            () ->
                events.export(
                    scene.as("admin"), Optional.empty(), Instant.EPOCH, 10, Optional.of("x")))
        .hasMessage(
            "ARGUMENT_INVALID: page_token is none that was given out\n"
                + "  Remedy: begin with the first page, without page_token");
  }

  @Test
  void databricksAsksForTablesAndColumnsOneStepAway() {
    accept(
        "admin",
        run("START", "2026-11-29T09:00:00Z", RUN, SILVER + "," + TOPIC, GOLD_WITH_COLUMNS));
    LineageTracking tracking = new LineageTracking(lineage);
    String job = store.graph().jobs().iterator().next().id().toString();

    assertThat(tracking.ofTable(scene.as("admin"), "main.s.gold", true))
        .isEqualTo(
            json(
                """
                {"upstreams": [
                  {"externalMetadataInfo": {"name": "airports",
                     "namespace": "kafka://broker:9092", "has_permission": true},
                   "jobInfos": [{"workspace_id": 0, "job_id": "%1$s", "name": "sums",
                     "lineage_timestamp": "2026-11-29 09:00:00.0"}]},
                  {"tableInfo": {"name": "silver", "catalog_name": "main", "schema_name": "s",
                     "table_type": "TABLE", "lineage_timestamp": "2026-11-29 09:00:00.0",
                     "has_permission": true},
                   "jobInfos": [{"workspace_id": 0, "job_id": "%1$s", "name": "sums",
                     "lineage_timestamp": "2026-11-29 09:00:00.0"}]}],
                 "downstreams": []}
                """
                    .formatted(job)));
    assertThat(tracking.ofColumn(scene.as("admin"), "main.s.silver", "delay"))
        .isEqualTo(
            json(
                """
                {"upstream_cols": [],
                 "downstream_cols": [
                  {"name": "total", "table_name": "gold", "catalog_name": "main",
                   "schema_name": "s", "table_type": "TABLE",
                   "lineage_timestamp": "2026-11-29 09:00:00.0", "has_permission": true}]}
                """));
    scene.enter("ann");
    scene.grant("ann", SecurableType.TABLE, "main.s.gold", Privilege.SELECT);
    assertThat(tracking.ofTable(scene.as("ann"), "main.s.gold", false).at("/upstreams").toString())
        .contains("{\"tableInfo\":{\"has_permission\":false}}")
        .doesNotContain("silver");
    assertThat(tracking.ofColumn(scene.as("ann"), "main.s.gold", "total"))
        .isEqualTo(
            json("{\"upstream_cols\": [{\"has_permission\": false}], \"downstream_cols\": []}"));
  }

  @Test
  void theClockOfASenderCannotReachIntoTheFuture() {
    accept("admin", run("START", "2030-01-01T00:00:00Z", RUN, SILVER, gold()));

    assertThat(store.graph().runs())
        .singleElement()
        .satisfies(run -> assertThat(run.updated()).isEqualTo(CatalogScene.START));
    scene.clock().advance(Duration.ofHours(2));
    assertThat(lineage.readers(scene.as("admin"), "main.s.silver")).isEmpty();
  }
}
