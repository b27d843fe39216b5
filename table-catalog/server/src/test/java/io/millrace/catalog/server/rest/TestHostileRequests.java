package io.millrace.catalog.server.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What nobody sends who means well, over both versions of HTTP. */
class TestHostileRequests {
  private static final String CATALOGS = "/api/2.1/unity-catalog/catalogs";

  @TempDir private Path folder;
  private CatalogServer server;

  @BeforeEach
  void start() {
    server = CatalogServer.start(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.uri() + path))
        .header("Authorization", "Bearer " + CatalogServer.ADMIN)
        .header("Content-Type", "application/json");
  }

  private static HttpRequest.BodyPublisher text(String body) {
    return HttpRequest.BodyPublishers.ofString(body);
  }

  @ParameterizedTest
  @EnumSource
  void bothVersionsAnswerAndRefuseAlike(HttpClient.Version version) throws Exception {
    HttpClient http = HttpClient.newBuilder().version(version).build();
    HttpResponse<String> list =
        http.send(request(CATALOGS).GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(list.statusCode()).isEqualTo(200);
    assertThat(list.version()).isEqualTo(version);
    List<HttpRequest> refused =
        List.of(
            // Deep, and packed.
            request(CATALOGS).POST(text("{\"name\":" + "[".repeat(10_000))).build(),
            request(CATALOGS)
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(gzip("{\"name\":\"zipped\"}")))
                .build(),
            // What it says to be, and what it is.
            request(CATALOGS).setHeader("Content-Type", "text/plain").POST(text("{}")).build(),
            request(CATALOGS).POST(text("{\"name\":\"a\",\"name\":\"b\"}")).build(),
            request(CATALOGS).POST(text("{\"name\":\"\u0000\"}")).build(),
            request(CATALOGS).POST(text("{\"name\":\"..\"}{\"name\":\"b\"}")).build(),
            // Another method than the one it is sent with.
            request(CATALOGS + "/nothing").method("TRACE", text("")).build(),
            request(CATALOGS).method("PROPFIND", text("")).build(),
            // Who it is, twice.
            request(CATALOGS).header("Authorization", "Bearer eve@x").GET().build(),
            // Another place than it names.
            request(CATALOGS + "/%2e%2e/tables").GET().build(),
            request(CATALOGS + "/..%2ftables").GET().build(),
            request(CATALOGS + "/a%00b").GET().build(),
            request(CATALOGS + "/%ff").GET().build(),
            request(CATALOGS + "?page_token=" + "%ff".repeat(3)).GET().build(),
            request(CATALOGS + "?max_results=99999999999999999999").GET().build());
    List<String> wrong = new ArrayList<>();
    for (HttpRequest each : refused) {
      HttpResponse<String> answer = http.send(each, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(version);
      boolean told = answer.statusCode() >= 400 && answer.statusCode() < 500;
      if (!told || answer.body().contains("\tat ") || answer.body().contains("jetty")) {
        wrong.add("%s %s: %d %s".formatted(each, version, answer.statusCode(), answer.body()));
      }
    }
    assertThat(wrong).isEmpty();
    HttpResponse<String> after =
        http.send(request(CATALOGS).GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(after.body()).isEqualTo(list.body());
  }

  /** Over HTTP/1.1: over HTTP/2, Java 17's client goes on to wait until it may send the rest. */
  @Test
  void aBodyThatIsTooLargeIsNotRead() throws Exception {
    HttpResponse<String> answer =
        server.send(CatalogServer.ADMIN, "POST", CATALOGS, "x".repeat(9 << 20));
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void aMethodInAHeaderIsNotTheMethod() throws Exception {
    server.send(CatalogServer.ADMIN, "POST", CATALOGS, "{\"name\":\"kept\"}");
    for (String header : List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")) {
      HttpResponse<String> answer =
          server.send(CatalogServer.ADMIN, "GET", CATALOGS + "/kept", null, header, "DELETE");
      boolean known = header.equals("X-HTTP-Method-Override");
      assertThat(answer.statusCode()).isEqualTo(known ? 400 : 200);
      assertThat(answer.body()).contains(known ? "names another method" : "\"kept\"");
    }
    assertThat(server.send(CatalogServer.ADMIN, "GET", CATALOGS + "/kept", null).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aHeadOfARequestIsReadAsFarAsItIsAllowed() throws Exception {
    assertThat(raw("GET " + CATALOGS + "?x=" + "y".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ");
    assertThat(
            raw(
                "GET "
                    + CATALOGS
                    + " HTTP/1.1\r\nHost: x\r\nX: "
                    + "y".repeat(20_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }

  @Test
  void aRequestThatTwoServersWouldReadDifferentlyIsRefused() throws Exception {
    String head = "POST " + CATALOGS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin@x\r\n";
    for (String smuggled :
        List.of(
            "Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  ",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Content-Length : 2\r\n\r\n{}",
            "Content-Length: +2\r\n\r\n{}",
            " folded: x\r\n\r\n")) {
      assertThat(raw(head + smuggled)).as(smuggled).startsWith("HTTP/1.1 400 ");
    }
    assertThat(raw("GET " + CATALOGS + " HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
  }

  /** Sends what no client would, and returns what comes until the server has had enough. */
  private String raw(String request) throws Exception {
    URI uri = URI.create(server.uri());
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      byte[] answer = socket.getInputStream().readNBytes(200);
      return new String(answer, UTF_8);
    }
  }

  private static byte[] gzip(String text) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
