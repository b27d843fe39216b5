package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.gateway.platform.FakePlatform;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** How commands find a catalog and a token, and what they say if there is none. */
class TestCatalogConnection {
  @TempDir Path folder;

  private CommandOutput run(String... words) {
    return CommandOutput.of(words);
  }

  private static CatalogOptions options(String... words) {
    return CommandLine.populateCommand(new CatalogOptions(), words);
  }

  @Test
  void nothingThatRunsIsSaidWithTheWayToStartIt() {
    CommandOutput output = run("catalog", "list", "--dir", folder.toString());
    assertThat(output.exitCode()).isEqualTo(5);
    assertThat(output.err())
        .isEqualTo(
            "error: NOT_RUNNING: nothing is running in %s\n".formatted(folder)
                + "  remedy: start it with bin/millrace up --dir %s, or name a server with --server\n"
                    .formatted(folder));
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Files.writeString(folder.resolve("admin.token"), "mrt_x");
    CommandOutput server =
        run(
            "catalog",
            "list",
            "--server=http://127.0.0.1:" + free + "/",
            "--token-file=" + folder.resolve("admin.token"));
    assertThat(server.exitCode()).isEqualTo(5);
    assertThat(server.err())
        .startsWith(
            "error: CATALOG_UNREACHABLE: the catalog at http://127.0.0.1:%d cannot be reached"
                .formatted(free));
    try (FakePlatform platform = FakePlatform.at(folder, free)) {
      CommandOutput output = run("catalog", "list", "--dir=" + folder, "--json");
      assertThat(output.exitCode()).isEqualTo(5);
      assertThat(output.err()).isEmpty();
      assertThat(ServedCatalog.json(output.out()).at("/error/remedy").asText())
          .isEqualTo("see " + folder.resolve("logs/millrace.log"));
    }
  }

  @Test
  void thePlatformOfTheDirectoryIsAskedWithItsAdminsTokenUnlessAnotherIsThere() throws Exception {
    try (ServedCatalog catalog = ServedCatalog.start(folder);
        FakePlatform platform = FakePlatform.at(folder, catalog.port())) {
      assertThat(run("catalog", "user", "list", "--dir=" + folder).out())
          .contains("metastore_admins");
      run("catalog", "user", "create", "ann@example.com", "--dir=" + folder);
      CommandOutput token =
          run("catalog", "token", "create", "--user=ann@example.com", "--dir=" + folder);
      assertThat(token.out()).matches("mrt_.{43}\n");
      assertThat(me(options("--dir=" + folder), Map.of())).isEqualTo("admin");
      Map<String, String> environment = Map.of("MILLRACE_TOKEN", token.out());
      assertThat(me(options("--dir=" + folder), environment)).isEqualTo("ann@example.com");
      assertThat(me(options("--server=" + catalog.uri()), environment))
          .isEqualTo("ann@example.com");
      assertThat(
              me(
                  options("--dir=" + folder, "--token-file=" + folder.resolve("admin.token")),
                  environment))
          .isEqualTo("admin");

      Files.delete(folder.resolve("admin.token"));
      CommandOutput lost = run("catalog", "list", "--dir=" + folder);
      assertThat(lost.exitCode()).isEqualTo(5);
      assertThat(lost.err())
          .contains("there is no file " + folder.resolve("admin.token"))
          .contains("stop the platform, then bin/millrace catalog token create --user admin");
    }
  }

  private static String me(CatalogOptions options, Map<String, String> environment) {
    return options
        .connect(environment)
        .get("/api/2.0/preview/scim/v2/Me")
        .path("userName")
        .asText();
  }

  @Test
  void whoeverHasTheDirectoryMakesATokenWhileNothingRuns() throws Exception {
    CommandOutput none = run("catalog", "token", "create", "--dir=" + folder, "--user=admin");
    assertThat(none.exitCode()).isEqualTo(5);
    assertThat(none.err()).startsWith("error: FILE_NOT_FOUND: there is no catalog in ");
    ServedCatalog.start(folder).close();

    CommandOutput output =
        run("catalog", "token", "create", "--dir=" + folder, "--user=admin", "--expires=1d");
    assertThat(output.exitCode()).as(output.err()).isZero();
    assertThat(output.err()).isEmpty();
    assertThat(output.out()).matches("mrt_[A-Za-z0-9_-]{43}\n");
    CommandOutput json =
        run("catalog", "token", "create", "--dir=" + folder, "--user=admin", "--json");
    assertThat(ServedCatalog.json(json.out()).at("/token_info/user_name").asText())
        .isEqualTo("admin");
    assertThat(run("catalog", "token", "create", "--dir=" + folder).exitCode()).isEqualTo(2);
    assertThat(run("catalog", "token", "create", "--dir=" + folder, "--user=eve").exitCode())
        .isEqualTo(6);

    try (ServedCatalog catalog = ServedCatalog.start(folder)) {
      Path file = Files.writeString(folder.resolve("made"), output.out());
      assertThat(catalog.runWith(file, "user", "list").exitCode()).isZero();
    }
  }

  @Test
  void aTokenIsNoOptionAndIsNeverShown() throws Exception {
    assertThat(run("catalog", "list", "--token=mrt_secret").exitCode()).isEqualTo(2);
    Path file = Files.writeString(folder.resolve("t"), "two words of a secret\r\nX-Header: 1");
    CommandOutput output =
        run("catalog", "list", "--server=http://127.0.0.1:1", "--token-file=" + file);
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err()).contains(file + " holds no token").doesNotContain("secret");
    CommandOutput missing =
        run("catalog", "list", "--server=http://127.0.0.1:1", "--token-file=" + folder + "/none");
    assertThat(missing.err()).startsWith("error: FILE_NOT_FOUND: there is no file ");
    assertThat(
            run("catalog", "list", "--server=http://127.0.0.1:1", "--token-file=" + folder).err())
        .contains("cannot be read");
    assertThatThrownBy(() -> options("--server=http://127.0.0.1:1").connect(Map.of()))
        .hasMessageContaining("it is not said whose token to use");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:8787",
        "ftp://host",
        "http://user:secret@host",
        "http://host/path",
        "http://host?x",
        "http://ho st",
        ""
      })
  void aServerIsASchemeAHostAndAPort(String server) {
    CommandOutput output = run("catalog", "list", "--server=" + server);
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo(
            "error: OPTION_INVALID: --server is no scheme, host and port\n"
                + "  remedy: write it like http://127.0.0.1:8787\n");
  }
}
