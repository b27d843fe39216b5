package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests of {@code docs/catalog-principals.md}, sent in the order of the page, are answered
 * as it says. A word in capitals means what the first answer with it has in its place.
 */
class TestPrincipalsPage {
  private static final Path PAGE =
      Path.of(System.getProperty("millrace.home"), "docs", "catalog-principals.md");
  private static final Pattern BLOCK =
      Pattern.compile("```(http|sh)\\n(.*?)\\n?```", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("[A-Z]{3,}(_[A-Z]+)*");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;

  private final Map<String, String> known = new HashMap<>();
  private int examples;

  private record Block(String kind, String text) {}

  private static List<Block> blocks() throws Exception {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  @Test
  void requestsAreAnsweredAsThePageSays() throws Exception {
    try (PrincipalServer server = new PrincipalServer(directory)) {
      List<Block> blocks = blocks();
      for (int i = 0; i < blocks.size(); i++) {
        if (blocks.get(i).kind().equals("sh")) {
          assertThat(printed(server, blocks.get(i).text())).contains("\"userName\":\"admin\"");
        } else {
          HttpResponse<String> answer = send(server, blocks.get(i).text());
          check(blocks.get(i).text(), answer, blocks.get(++i).text());
        }
        server.catalog.clock.advance(Duration.ofSeconds(1));
        examples++;
      }
    }
    assertThat(examples).isGreaterThan(20);
    assertThat(known.keySet())
        .contains("TOKEN", "ANN", "ANNS_TOKEN", "LOADER", "SECRET", "ACCESS_TOKEN", "ANALYSTS");
  }

  private String printed(PrincipalServer server, String command) throws Exception {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", command);
    shell.environment().put("DIR", directory.toString());
    shell.environment().put("URL", server.uri());
    Process process = shell.start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private HttpResponse<String> send(PrincipalServer server, String text) throws Exception {
    String[] headAndBody = filled(text).split("\n\n", 2);
    String[] lines = headAndBody[0].split("\n");
    String[] request = lines[0].split(" ", 2);
    Map<String, String> headers = new HashMap<>();
    headers.put("Authorization", "Bearer " + server.catalog.adminToken());
    headers.put("Content-Type", "application/json");
    for (int i = 1; i < lines.length; i++) {
      String[] header = lines[i].split(": ", 2);
      headers.put(header[0], header[1]);
    }
    if (request[1].equals(OAuthResource.TOKEN)) {
      headers.remove("Authorization");
    }
    return server.send(
        request[0],
        request[1],
        headAndBody.length == 2 ? headAndBody[1] : null,
        headers.entrySet().stream()
            .flatMap(header -> List.of(header.getKey(), header.getValue()).stream())
            .toArray(String[]::new));
  }

  private String filled(String text) {
    return WORD.matcher(text)
        .replaceAll(
            word -> Matcher.quoteReplacement(known.getOrDefault(word.group(), word.group())));
  }

  private void check(String request, HttpResponse<String> answer, String said) throws Exception {
    String[] headAndBody = said.split("\n\n", 2);
    assertThat("HTTP " + answer.statusCode())
        .as("%s%n%s", request, answer.body())
        .isEqualTo(headAndBody[0].strip());
    if (headAndBody.length == 2) {
      check(request, JSON.readTree(answer.body()), JSON.readTree(headAndBody[1]));
    }
  }

  /** What is said is there; more may be. */
  private void check(String request, JsonNode actual, JsonNode said) {
    if (said.isObject()) {
      said.properties()
          .forEach(
              field -> {
                assertThat(actual.has(field.getKey()))
                    .as("%s: %s", request, field.getKey())
                    .isTrue();
                check(request, actual.get(field.getKey()), field.getValue());
              });
    } else if (said.isArray()) {
      assertThat(actual.size()).as(request).isEqualTo(said.size());
      for (int i = 0; i < said.size(); i++) {
        check(request, actual.get(i), said.get(i));
      }
    } else if (said.isTextual() && isWord(said.textValue())) {
      String before = known.putIfAbsent(said.textValue(), actual.textValue());
      assertThat(actual.textValue())
          .as(request)
          .isEqualTo(before == null ? actual.textValue() : before);
    } else {
      assertThat(actual).as(request).isEqualTo(said);
    }
  }

  private static boolean isWord(String text) {
    return WORD.matcher(text).matches()
        && !text.equals("ACTIVE")
        && !text.equals("UNAUTHENTICATED");
  }
}
