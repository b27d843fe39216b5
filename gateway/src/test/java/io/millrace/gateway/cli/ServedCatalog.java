package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.server.RunningCatalog;
import io.millrace.gateway.http.CatalogClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A catalog that runs, as {@code up} has it, and commands that ask it. */
final class ServedCatalog implements AutoCloseable {
  static final String UNITY = "/api/2.1/unity-catalog";
  static final String MILLRACE = "/api/2.1/millrace";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final RunningCatalog catalog;
  private final Path adminToken;
  private final CatalogClient admin;

  private ServedCatalog(Path folder, RunningCatalog catalog, Path adminToken) throws IOException {
    this.folder = folder;
    this.catalog = catalog;
    this.adminToken = adminToken;
    this.admin =
        new CatalogClient(URI.create(uri()), Files.readString(adminToken).strip(), "start it");
  }

  /** In the folder {@code catalog} of a platform's directory, with the token where that has it. */
  static ServedCatalog start(Path folder) throws IOException {
    RunningCatalog catalog =
        RunningCatalog.start(
            RunningCatalog.Options.embedded(folder.resolve("catalog"), 0, folder.resolve("tables")),
            Clock.systemUTC());
    Path token = folder.resolve("admin.token");
    if (catalog.firstStart().made() && !catalog.firstStart().tokenFile().equals(token)) {
      Files.move(catalog.firstStart().tokenFile(), token);
    }
    return new ServedCatalog(folder, catalog, token);
  }

  String uri() {
    return "http://127.0.0.1:" + catalog.port();
  }

  int port() {
    return catalog.port();
  }

  CatalogClient admin() {
    return admin;
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  JsonNode post(String path, String body) {
    return admin.post(path, json(body));
  }

  /** What the commands have no call for. */
  void put(String path, String body) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(uri() + path))
                    .header("Authorization", "Bearer " + Files.readString(adminToken).strip())
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  /** Runs {@code millrace catalog …} as the admin. */
  CommandOutput run(String... words) {
    return runWith(adminToken, words);
  }

  CommandOutput runWith(Path token, String... words) {
    List<String> all = new ArrayList<>(List.of("catalog"));
    all.addAll(List.of(words));
    all.addAll(List.of("--server", uri(), "--token-file", token.toString()));
    return CommandOutput.of(all.toArray(String[]::new));
  }

  /** What a command prints, which ends well. */
  String out(String... words) {
    CommandOutput output = run(words);
    assertThat(output.exitCode()).as(output.err() + output.out()).isZero();
    assertThat(output.err()).isEmpty();
    return output.out();
  }

  /** What it prints for programs. */
  JsonNode jsonOf(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--json");
    String out = out(all.toArray(String[]::new));
    assertThat(out.strip()).doesNotContain("\n");
    return json(out);
  }

  /** A file with a new token of somebody's. */
  Path tokenOf(String user) throws IOException {
    Path file = folder.resolve("token-" + user.replaceAll("[^a-z]", ""));
    Files.writeString(file, out("token", "create", "--user", user));
    return file;
  }

  /**
   * The catalog {@code main}: a schema {@code sales} with tables {@code orders} and {@code totals},
   * the latter made from the former, a view, a volume and functions.
   */
  void fill() {
    post(UNITY + "/catalogs", "{\"name\": \"main\", \"comment\": \"everything\"}");
    post(UNITY + "/schemas", "{\"name\": \"sales\", \"catalog_name\": \"main\"}");
    post(
        UNITY + "/tables",
        """
        {"catalog_name": "main", "schema_name": "sales", "name": "orders",
         "table_type": "EXTERNAL", "data_source_format": "DELTA",
         "storage_location": "/data/orders", "comment": "since 2020",
         "properties": {"team": "sales"},
         "columns": [
           {"name": "id", "type_text": "bigint", "type_name": "LONG", "nullable": false},
           {"name": "region", "type_text": "string", "type_name": "STRING"},
           {"name": "email", "type_text": "string", "type_name": "STRING"},
           {"name": "amount", "type_text": "double", "type_name": "DOUBLE"}]}
        """);
    post(
        UNITY + "/tables",
        """
        {"catalog_name": "main", "schema_name": "sales", "name": "totals",
         "table_type": "EXTERNAL", "data_source_format": "DELTA",
         "storage_location": "/data/totals",
         "columns": [
           {"name": "region", "type_text": "string", "type_name": "STRING"},
           {"name": "amount", "type_text": "double", "type_name": "DOUBLE"}]}
        """);
    post(
        UNITY + "/tables",
        """
        {"catalog_name": "main", "schema_name": "sales", "name": "big", "table_type": "VIEW",
         "view_definition": "SELECT * FROM main.sales.orders WHERE amount > 1000",
         "view_dependencies": {"dependencies": [{"table": {"table_full_name": "main.sales.orders"}}]},
         "columns": [{"name": "id", "type_text": "bigint", "type_name": "LONG"}]}
        """);
    post(
        UNITY + "/volumes",
        """
        {"catalog_name": "main", "schema_name": "sales", "name": "files", "volume_type": "EXTERNAL",
         "storage_location": "/data/files"}
        """);
    function("in_europe", "BOOLEAN", "region");
    function("hide", "STRING", "email");
    post(
        UNITY + "/models",
        "{\"catalog_name\": \"main\", \"schema_name\": \"sales\", \"name\": \"churn\"}");
    post(
        UNITY + "/constraints",
        """
        {"full_name_arg": "main.sales.orders",
         "constraint": {"primary_key_constraint": {"name": "orders_pk", "child_columns": ["id"]}}}
        """);
    lineage();
    post(
        MILLRACE + "/freshness",
        """
        {"reports": [{"table": "main.sales.totals", "pipeline": "sales", "epoch": 7, "version": 3,
          "committed": "2026-11-22T09:59:58Z", "watermark": "2026-11-22T09:59:55Z",
          "rows": {"in": 1010, "out": 1008, "dropped": 0, "quarantined": 1, "deduplicated": 1}}]}
        """);
  }

  private void function(String name, String type, String parameter) {
    post(
        UNITY + "/functions",
        """
        {"function_info": {"name": "%s", "catalog_name": "main", "schema_name": "sales",
         "data_type": "%s", "full_data_type": "%s", "routine_body": "SQL",
         "routine_definition": "%s", "parameter_style": "S", "is_deterministic": true,
         "sql_data_access": "NO_SQL", "is_null_call": false, "security_type": "DEFINER",
         "specific_name": "%s", "properties": "{}",
         "input_params": {"parameters": [{"name": "%s", "type_text": "string",
           "type_name": "STRING", "type_json": "\\"string\\"", "position": 0}]}}}
        """
            .formatted(
                name,
                type,
                type,
                type.equals("BOOLEAN") ? "region = 'EU'" : "'***'",
                name,
                parameter));
  }

  private void lineage() {
    String metastore = admin.get(UNITY + "/metastore_summary").path("metastore_id").asText();
    post(
        "/api/v1/lineage",
        """
        {"eventType": "RUNNING", "eventTime": "NOW",
         "run": {"runId": "3b452093-782c-4ef2-9c0c-aafe2aa6f34d"},
         "job": {"namespace": "flink", "name": "sums"},
         "inputs": [{"namespace": "millrace://META", "name": "main.sales.orders"}],
         "outputs": [{"namespace": "millrace://META", "name": "main.sales.totals", "facets": {
           "columnLineage": {"_producer": "urn:flink", "_schemaURL": "urn:columns",
             "fields": {"amount": {"inputFields": [{
               "namespace": "millrace://META", "name": "main.sales.orders", "field": "amount",
               "transformations": [
                 {"type": "DIRECT", "subtype": "AGGREGATION", "description": "SUM(amount)"}]}]}}}}}],
         "producer": "urn:flink",
         "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}
        """
            .replace("META", metastore)
            .replace("NOW", Instant.now().toString()));
    post(
        "/api/v1/lineage",
        """
        {"eventType": "COMPLETE", "eventTime": "2026-11-29T09:00:00Z",
         "run": {"runId": "3b452093-782c-4ef2-9c0c-aafe2aa6f34e"},
         "job": {"namespace": "flink", "name": "load"},
         "inputs": [{"namespace": "kafka://broker:9092", "name": "orders"}],
         "outputs": [{"namespace": "millrace://META", "name": "main.sales.orders"}],
         "producer": "urn:flink",
         "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}
        """
            .replace("META", metastore));
  }

  @Override
  public void close() {
    catalog.close();
  }
}
