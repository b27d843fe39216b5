package io.millrace.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client before servers that answer what a catalog never would, and as one would. */
class TestCatalogClient {
  private final List<String> asked = new ArrayList<>();
  private HttpServer server;
  private CatalogClient client;

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    client =
        new CatalogClient(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "mrt_x", "start it");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(Answer answer) {
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          answer.to(exchange);
          exchange.close();
        });
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void assertFails(ThrowingCallable call, ErrorCode code, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(words);
  }

  @Test
  void pagesAreAskedForUntilThereIsNoNextOne() {
    answer(
        exchange -> {
          String query = exchange.getRequestURI().getQuery();
          send(
              exchange,
              200,
              query.contains("page_token=b&c")
                  ? "{\"tables\": [3]}"
                  : query.contains("page_token=a")
                      ? "{\"tables\": [], \"next_page_token\": \"b&c\"}"
                      : "{\"tables\": [1, 2], \"next_page_token\": \"a\"}");
        });
    assertThat(client.pages("/tables", Map.of("schema_name", "ä b"), "tables").toString())
        .isEqualTo("[1,2,3]");
    assertThat(asked)
        .hasSize(3)
        .allMatch(each -> each.contains("schema_name=%C3%A4%20b"))
        .last()
        .asString()
        .contains("page_token=b%26c");
  }

  @Test
  void pagesWithoutAnEndAreLeft() {
    answer(exchange -> send(exchange, 200, "{\"tables\": [1], \"next_page_token\": \"a\"}"));
    assertFails(
        () -> client.pages("/tables", Map.of(), "tables"),
        ErrorCode.CATALOG_UNREACHABLE,
        "its list has no end");
    assertThat(asked).hasSize(2);
  }

  @Test
  void scimCountsFromOne() {
    answer(
        exchange ->
            send(
                exchange,
                200,
                exchange.getRequestURI().getQuery().contains("startIndex=1")
                    ? "{\"totalResults\": 3, \"Resources\": [1, 2]}"
                    : "{\"totalResults\": 3, \"Resources\": [3]}"));
    assertThat(client.scimPages("/Users", Map.of()).toString()).isEqualTo("[1,2,3]");
    assertThat(asked).last().asString().contains("startIndex=3");
  }

  @Test
  void aTokenIsNotCarriedToAnotherServer() {
    answer(
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          send(exchange, 302, "{}");
        });
    assertFails(
        () -> client.get("/tables"), ErrorCode.CATALOG_UNREACHABLE, "answers with status 302");
    assertThat(asked).containsExactly("GET /tables");
  }

  @Test
  void whatIsNoCatalogIsSaidToBeNone() {
    answer(exchange -> send(exchange, 200, "<html>"));
    assertFails(() -> client.get("/tables"), ErrorCode.CATALOG_UNREACHABLE, "is no JSON");
  }

  @Test
  void aChangeIsSentOnceEvenIfTheAnswerIsLost() {
    answer(HttpExchange::close);
    assertFails(
        () -> client.delete("/tables/x"), ErrorCode.CATALOG_UNREACHABLE, "cannot be reached");
    assertThat(asked).containsExactly("DELETE /tables/x");
  }

  @Test
  void failuresHaveTheServersWordsAndItsCode() {
    answer(
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          switch (path) {
            case "/denied" ->
                send(
                    exchange,
                    403,
                    """
                    {"error_code": "PERMISSION_DENIED",
                     "message": "MODIFY on a.b.c is missing. Ask its owner. Or an admin."}""");
            case "/broken" ->
                send(exchange, 500, "{\"error_code\": \"INTERNAL\", \"message\": \"it failed\"}");
            case "/scim" ->
                send(exchange, 409, "{\"detail\": \"it is there\", \"scimType\": \"uniqueness\"}");
            default -> send(exchange, 404, "{\"error_code\": \"TABLE_NOT_FOUND\"}");
          }
        });
    assertThatThrownBy(() -> client.get("/denied"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
              assertThat(e.problem()).isEqualTo("MODIFY on a.b.c is missing (PERMISSION_DENIED)");
              assertThat(e.remedy()).isEqualTo("ask its owner. Or an admin");
            });
    assertFails(() -> client.get("/broken"), ErrorCode.INTERNAL, "it failed (INTERNAL)");
    assertFails(() -> client.get("/scim"), ErrorCode.PRINCIPAL_EXISTS, "it is there (uniqueness)");
    assertThat(client.find("/none")).isEmpty();
    assertFails(() -> client.find("/denied"), ErrorCode.PERMISSION_DENIED, "MODIFY on a.b.c");
  }
}
