package io.millrace.gateway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.server.lineage.PublishedSchemas;
import io.millrace.gateway.Home;
import io.millrace.gateway.platform.PipelineRegistration;
import io.millrace.gateway.platform.PipelineRegistry;
import io.millrace.gateway.platform.PlatformDirectory;
import java.io.File;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The catalog of {@code up}, asked over HTTP: what a pipeline told it, also after a kill. */
@Timeout(300)
class TestUpCatalog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UNITY = "/api/2.1/unity-catalog";
  private static final String MILLRACE = "/api/2.1/millrace";

  @TempDir Path temporary;
  private final HttpClient http = HttpClient.newHttpClient();
  private Path data;
  private List<String> launcher;
  private int kafkaPort;
  private int port;
  private String token = "";

  @BeforeEach
  void choose() throws Exception {
    data = temporary.resolve("data of mine");
    try (ServerSocket free = new ServerSocket(0)) {
      kafkaPort = free.getLocalPort();
    }
    launcher = new ArrayList<>();
    launcher.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    launcher.addAll(List.of("-Xmx768m", "-XX:TieredStopAtLevel=1"));
    for (String opened : List.of("lang", "util", "util.concurrent", "net", "nio")) {
      launcher.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    launcher.add("-Dmillrace.home=" + Home.fromLauncher().directory());
    launcher.addAll(List.of("-cp", System.getProperty("java.class.path")));
    launcher.add("io.millrace.gateway.cli.Millrace");
  }

  @AfterEach
  void killWhatIsLeft() throws Exception {
    Path state = data.resolve("platform.json");
    if (Files.exists(state)) {
      ProcessHandle.of(JSON.readTree(state.toFile()).path("pid").asLong())
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void whatAPipelineTellsTheCatalogIsThereAfterAKill() throws Exception {
    Process first = up();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokenFile())))
        .isEqualTo("rw-------");
    token = Files.readString(tokenFile()).strip();
    assertThat(names(get(UNITY + "/catalogs"), "catalogs", "name")).containsExactly("main");
    assertThat(status()).contains("  catalog http://127.0.0.1:" + port + "  ");
    publish();
    register();
    kill(first);

    Process second = up();
    assertThat(Files.readString(tokenFile()).strip()).isEqualTo(token);
    awaitEpochs();
    JsonNode tables = assertTables();
    assertLineage();
    assertFreshness();
    assertAudit();
    kill(second);

    Process third = up();
    assertThat(assertTables()).as("registered again, and nothing has changed").isEqualTo(tables);
    assertLineage();
    assertFreshness();
    first("down", "--dir=" + data);
    assertThat(third.waitFor(60, TimeUnit.SECONDS)).isTrue();

    new PipelineRegistry(new PlatformDirectory(data).pipelines()).remove("flights");
    up();
    assertThat(assertTables()).as("a pipeline that is gone leaves its tables").isEqualTo(tables);
    assertThat(get(MILLRACE + "/lineage/tables/main.flights.flights?direction=both").path("edges"))
        .isEmpty();
    assertNoSecretIsLogged();
  }

  private JsonNode assertTables() throws Exception {
    JsonNode tables =
        get(UNITY
                + "/tables?catalog_name=main&schema_name=flights"
                + "&read_streaming_table_as_managed=false"
                + "&read_materialized_view_as_managed=false")
            .path("tables");
    assertThat(tables)
        .extracting(table -> table.path("name").asText() + " " + table.path("table_type").asText())
        .containsExactlyInAnyOrder(
            "airport_totals MATERIALIZED_VIEW",
            "bronze STREAMING_TABLE",
            "delay_by_airport_hour MATERIALIZED_VIEW",
            "flights STREAMING_TABLE",
            "quarantine STREAMING_TABLE",
            "routes_by_day MATERIALIZED_VIEW",
            "top_airports MATERIALIZED_VIEW");
    JsonNode flights = get(UNITY + "/tables/main.flights.flights");
    assertThat(flights.path("owner").asText()).isEqualTo("millrace-pipelines");
    assertThat(flights.path("comment").asText()).isEqualTo("one row per flight");
    assertThat(flights.path("data_source_format").asText()).isEqualTo("DELTA");
    assertThat(flights.path("storage_location").asText())
        .isEqualTo(data.toUri() + "tables/flights/flights");
    assertThat(flights.path("properties").path("millrace.expectation.has_flight_id").asText())
        .isEqualTo("flight_id IS NOT NULL ON VIOLATION DROP ROW");
    assertThat(flights.path("properties").path("millrace.expectation.below_three_hours").asText())
        .isEqualTo("delay < 180");
    assertThat(flights.path("columns"))
        .extracting(
            column ->
                column.path("name").asText()
                    + " "
                    + column.path("type_text").asText()
                    + (column.path("nullable").asBoolean() ? "" : " NOT NULL"))
        .contains("flight_id bigint NOT NULL", "departed_at timestamp_ntz", "origin_city string");
    assertThat(
            get(UNITY + "/tables/main.flights.routes_by_day")
                .path("table_constraints")
                .path(0)
                .path("primary_key_constraint")
                .path("child_columns"))
        .extracting(JsonNode::asText)
        .containsExactly("origin", "destination", "day_ts");
    return tables;
  }

  private void assertLineage() throws Exception {
    JsonNode column =
        get(
            MILLRACE
                + "/lineage/tables/main.flights.delay_by_airport_hour/columns/total_delay"
                + "?direction=upstream&depth=5&only_direct=true");
    assertThat(names(column, "nodes", "column"))
        .as("total_delay, delay, raw, and the record's value")
        .containsExactly("delay", "raw", "total_delay", "value");
    JsonNode lineage =
        get(
            "/api/2.0/lineage-tracking/column-lineage"
                + "?table_name=main.flights.routes_by_day&column_name=distance");
    assertThat(names(lineage, "upstream_cols", "name")).contains("distance");
    JsonNode events = get("/api/v1/lineage/events?table_name=main.flights.flights&max_results=10");
    assertThat(events.toString())
        .contains("kafka://127.0.0.1:" + kafkaPort)
        .contains("airports.csv")
        .contains("\"name\":\"flights\"");
    assertExportIsAsPublished();
    JsonNode readers = get(MILLRACE + "/lineage/readers/main.flights.bronze");
    assertThat(readers.toString()).contains("\"flights\"");
  }

  /**
   * Every event of the pipeline, and what it says of its tables, is as OpenLineage's schemas want.
   */
  private void assertExportIsAsPublished() throws Exception {
    TreeSet<String> written = new TreeSet<>();
    String page = "";
    do {
      JsonNode export = get("/api/v1/lineage/events?max_results=50" + page);
      for (JsonNode event : export.path("events")) {
        assertThat(PublishedSchemas.problems("2-0-2/OpenLineage.json", event)).isEmpty();
        for (String side : List.of("inputs", "outputs")) {
          for (JsonNode dataset : event.path(side)) {
            assertFacets(dataset.path("facets"));
          }
        }
        event.path("outputs").forEach(output -> written.add(output.path("name").asText()));
      }
      page =
          export.hasNonNull("next_page_token")
              ? "&page_token=" + export.get("next_page_token").asText()
              : "";
    } while (!page.isEmpty());
    assertThat(written)
        .containsExactly(
            "main.flights.airport_totals",
            "main.flights.bronze",
            "main.flights.delay_by_airport_hour",
            "main.flights.flights",
            "main.flights.quarantine",
            "main.flights.routes_by_day",
            "main.flights.top_airports");
  }

  private static void assertFacets(JsonNode facets) throws Exception {
    for (Map.Entry<String, String> facet :
        Map.of(
                "schema", "facets/1-2-0/SchemaDatasetFacet.json",
                "columnLineage", "facets/1-2-0/ColumnLineageDatasetFacet.json",
                "version", "facets/1-0-1/DatasetVersionDatasetFacet.json")
            .entrySet()) {
      if (facets.has(facet.getKey())) {
        assertThat(PublishedSchemas.problems(facet.getValue(), facets))
            .as(facets.toString())
            .isEmpty();
      }
    }
  }

  private void assertFreshness() throws Exception {
    JsonNode flights = get(MILLRACE + "/freshness/main.flights.flights").path("last");
    assertThat(flights.path("pipeline").asText()).isEqualTo("flights");
    assertThat(flights.path("epoch").asLong()).isPositive();
    assertThat(flights.path("version").asLong()).isNotNegative();
    assertThat(flights.path("watermark").isTextual()).isTrue();
    assertThat(flights.path("balance").asText()).isEqualTo("BALANCED");
    assertThat(flights.path("imbalances").asLong()).isZero();
    assertThat(flights.path("total").toString())
        .isEqualTo("{\"in\":4,\"out\":2,\"dropped\":0,\"quarantined\":1,\"deduplicated\":1}");
    assertThat(
            get(MILLRACE + "/freshness/main.flights.top_airports")
                .path("last")
                .path("balance")
                .asText())
        .isEqualTo("NOT_COUNTED");
    assertThat(
            get(MILLRACE
                    + "/lineage/provenance/main.flights.flights?version="
                    + flights.path("version").asLong())
                .toString())
        .contains("\"flights\"");
  }

  private void assertAudit() throws Exception {
    String audit = get(MILLRACE + "/system/access/audit?max_results=1000").toString();
    assertThat(audit)
        .contains("createServicePrincipal")
        .contains("createCatalog")
        .contains("createSchema")
        .contains("createTable")
        .contains("main.flights.top_airports")
        .contains("millrace-pipelines");
  }

  private void assertNoSecretIsLogged() throws Exception {
    try (Stream<Path> files = Files.walk(data.resolve("logs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain(token, "mrt_");
      }
    }
    try (Stream<Path> files = Files.list(temporary)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".txt")).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain(token, "mrt_");
      }
    }
  }

  private Path tokenFile() {
    return data.resolve("admin.token");
  }

  private static List<String> names(JsonNode answer, String list, String field) {
    TreeSet<String> names = new TreeSet<>();
    answer.path(list).forEach(each -> names.add(each.path(field).asText()));
    names.remove("");
    return List.copyOf(names);
  }

  private void awaitEpochs() throws Exception {
    await("/freshness/main.flights.top_airports", answer -> answer.path("last").has("version"));
    await(
        "/freshness/main.flights.flights",
        answer -> answer.path("last").path("total").path("in").asLong() == 4);
    await("/lineage/readers/main.flights.bronze", answer -> answer.toString().contains("flights"));
  }

  private void await(String path, Predicate<JsonNode> reached) throws Exception {
    while (true) {
      HttpResponse<String> answer = send(MILLRACE + path);
      if (answer.statusCode() == 200 && reached.test(JSON.readTree(answer.body()))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = send(path);
    assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> send(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Four events: a flight, the same again, another one, and what is no document. */
  private void publish() throws Exception {
    String bootstrap = "127.0.0.1:" + kafkaPort;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic("flights", 1, (short) 1))).all().get();
    }
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      for (String event :
          List.of(flight(1, "SFO", "LAX"), flight(1, "SFO", "LAX"), flight(2, "LAX", "SFO"), "{")) {
        producer.send(new ProducerRecord<>("flights", event)).get();
      }
    }
  }

  private static String flight(long id, String origin, String destination) {
    return """
        {"flight_id":%d,"date":"2001-02-03T04:05:00","delay":7,"distance":337,\
        "origin":"%s","destination":"%s"}"""
        .formatted(id, origin, destination);
  }

  private void register() {
    new PipelineRegistry(new PlatformDirectory(data).pipelines())
        .register(
            new PipelineRegistration(
                "flights",
                Home.fromLauncher().directory().resolve("sql/flights"),
                Map.of("bootstrap", "127.0.0.1:" + kafkaPort, "topic", "flights"),
                data.resolve("tables/flights"),
                Duration.ofSeconds(1)));
  }

  private String status() throws Exception {
    return first("status", "--dir=" + data);
  }

  private Process up() throws Exception {
    Path output = Files.createTempFile(temporary, "up", ".txt");
    List<String> command = new ArrayList<>(launcher);
    command.addAll(
        List.of("up", "--dir=" + data, "--port=0", "--flink-port=0", "--kafka-port=" + kafkaPort));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    Path state = data.resolve("platform.json");
    while (true) {
      assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
      JsonNode json = Files.exists(state) ? JSON.readTree(state.toFile()) : JSON.nullNode();
      if (json.path("ready").asBoolean() && json.path("pid").asLong() == process.pid()) {
        port = json.path("ports").path("http").asInt();
        assertThat(json.path("catalog_url").asText()).isEqualTo("http://127.0.0.1:" + port);
        break;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(output).content(UTF_8).doesNotContain("ERROR", "WARN");
    return process;
  }

  private static void kill(Process process) throws Exception {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private String first(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(List.of(arguments));
    File output = Files.createTempFile(temporary, "output", ".txt").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    return Files.readString(output.toPath());
  }
}
