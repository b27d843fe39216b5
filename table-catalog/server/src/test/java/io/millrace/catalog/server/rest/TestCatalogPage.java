package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/catalog.md, run by the shell as they are written there. */
class TestCatalogPage {
  private static final Path PAGE = Path.of("../../docs/catalog.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("```sh\n(.*?)```\n(?:```json\n(.*?)```\n)?", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void everyExampleAnswersWhatThePageSays() throws Exception {
    try (CatalogServer server = CatalogServer.start(folder)) {
      Matcher example = EXAMPLE.matcher(Files.readString(PAGE));
      assertThat(example.find()).isTrue();
      String preamble =
          example
              .group(1)
              .replace("http://127.0.0.1:8787", server.uri())
              .replaceAll("(?m)^TOKEN=.*$", "TOKEN=" + CatalogServer.ADMIN);
      assertThat(preamble).contains(server.uri()).contains("TOKEN=" + CatalogServer.ADMIN);
      int run = 0;
      while (example.find()) {
        String script = example.group(1);
        if (script.contains("main.sales.in_europe")) {
          server.function("main.sales.in_europe", CatalogServer.ADMIN, "BOOLEAN", "STRING");
          server.function("main.sales.hide", CatalogServer.ADMIN, "STRING", "STRING");
        }
        List<JsonNode> expected = all(user(example.group(2)));
        List<JsonNode> came = all(run(preamble + user(script)));
        assertThat(came).as(script).hasSameSizeAs(expected);
        for (int i = 0; i < came.size(); i++) {
          assertHolds(script, came.get(i), expected.get(i));
        }
        run++;
      }
      assertThat(run).isGreaterThan(15);
    }
  }

  private static String user(String text) {
    return text.replace("ann@example.com", "ann@x");
  }

  private String run(String script) throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    int status = process.waitFor();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(status).as(said).isZero();
    return said;
  }

  private static List<JsonNode> all(String text) throws IOException {
    List<JsonNode> found = new ArrayList<>();
    try (MappingIterator<JsonNode> each =
        Json.mapper().readerFor(JsonNode.class).readValues(text)) {
      each.forEachRemaining(found::add);
    }
    return found;
  }

  /** What the page shows is there; what it leaves out may be. */
  private static void assertHolds(String script, JsonNode came, JsonNode expected) {
    if (expected.isObject()) {
      expected
          .fields()
          .forEachRemaining(
              field -> {
                assertThat(came.has(field.getKey()))
                    .as("%s%nhas %s: %s", script, field.getKey(), came)
                    .isTrue();
                assertHolds(script, came.get(field.getKey()), field.getValue());
              });
      return;
    }
    if (expected.isArray()) {
      assertThat(came.size()).as("%s%n%s", script, came).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertHolds(script, came.get(i), expected.get(i));
      }
      return;
    }
    assertThat(came).as(script).isEqualTo(expected);
  }
}
