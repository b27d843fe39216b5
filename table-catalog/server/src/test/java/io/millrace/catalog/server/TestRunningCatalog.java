package io.millrace.catalog.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.unitycatalog.client.ApiClient;
import io.unitycatalog.client.ApiClientBuilder;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.api.VolumesApi;
import io.unitycatalog.client.auth.TokenProvider;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateSchema;
import io.unitycatalog.client.model.CreateVolumeRequestContent;
import io.unitycatalog.client.model.VolumeType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog as a process has it: started on an empty directory, used, stopped, started again. */
class TestRunningCatalog {
  @TempDir private Path folder;

  private RunningCatalog start(int port) {
    return RunningCatalog.start(
        RunningCatalog.Options.embedded(folder.resolve("catalog"), port, folder.resolve("tables")),
        Clock.systemUTC());
  }

  private static ApiClient client(int port, String token) {
    return ApiClientBuilder.create()
        .uri("http://127.0.0.1:" + port)
        .tokenProvider(TokenProvider.create(Map.of("type", "static", "token", token)))
        .build();
  }

  private static HttpResponse<String> get(int port, String token, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + token)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void whatIsDoneWithTheFirstTokenIsThereAfterARestart() throws Exception {
    String token;
    try (RunningCatalog catalog = start(0)) {
      assertThat(catalog.firstStart().made()).isTrue();
      Path file = catalog.firstStart().tokenFile();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      token = Files.readString(file).strip();
      ApiClient client = client(catalog.port(), token);
      new CatalogsApi(client).createCatalog(new CreateCatalog().name("main"));
      new SchemasApi(client).createSchema(new CreateSchema().catalogName("main").name("s"));
      assertThat(
              new VolumesApi(client)
                  .createVolume(
                      new CreateVolumeRequestContent()
                          .catalogName("main")
                          .schemaName("s")
                          .name("v")
                          .volumeType(VolumeType.MANAGED))
                  .getStorageLocation())
          .startsWith("file://" + folder.resolve("tables") + "/");
      assertThat(get(catalog.port(), "mrt_wrong", "/api/2.1/unity-catalog/catalogs").statusCode())
          .isEqualTo(401);
    }
    try (RunningCatalog catalog = start(0)) {
      assertThat(catalog.firstStart().made()).isFalse();
      assertThat(new CatalogsApi(client(catalog.port(), token)).getCatalog("main").getOwner())
          .isEqualTo("admin");
      HttpResponse<String> tables =
          get(
              catalog.port(),
              token,
              "/api/2.1/millrace/system/information_schema/schemata?max_results=100");
      assertThat(tables.statusCode()).isEqualTo(200);
      assertThat(tables.body()).contains("\"s\"");
      HttpResponse<String> audit =
          get(catalog.port(), token, "/api/2.1/millrace/system/access/audit?max_results=100");
      assertThat(audit.statusCode()).isEqualTo(200);
      assertThat(audit.body()).contains("createCatalog").contains("createVolume");
    }
  }

  @Test
  void aPortThatIsTakenIsNamedAndNothingIsLeftOpen() {
    try (RunningCatalog other =
        RunningCatalog.start(
            RunningCatalog.Options.embedded(folder.resolve("other"), 0, folder.resolve("tables")),
            Clock.systemUTC())) {
      assertThatThrownBy(() -> start(other.port()))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
          .hasMessageContaining("port " + other.port() + " of 127.0.0.1 is in use");
    }
    start(0).close();
  }
}
