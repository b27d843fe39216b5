package io.millrace.catalog.flink;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers as it was told, and writes down what it was asked: for what Millrace's own server does
 * not do. What it was told nothing about is no schema, or a path that Unity Catalog's own server
 * answers with a 500.
 */
final class FixedServer implements AutoCloseable {
  private record Answer(int status, String body) {}

  private final HttpServer http;
  private final Map<String, Deque<Answer>> answers = new HashMap<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  FixedServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          String question =
              exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
          asked.add(question);
          exchange.getRequestBody().readAllBytes();
          Answer answer = next(question);
          byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
  }

  private synchronized Answer next(String question) {
    Deque<Answer> known = answers.get(question);
    if (known == null && question.startsWith("GET /api/2.1/unity-catalog/schemas/")) {
      return new Answer(404, "{\"error_code\":\"SCHEMA_NOT_FOUND\",\"message\":\"none\"}");
    }
    if (known == null) {
      return new Answer(500, "{\"error_code\":\"INTERNAL\",\"message\":\"no such route\"}");
    }
    return known.size() > 1 ? known.removeFirst() : known.getFirst();
  }

  /** Answers a question like this; the last answer to it is given again and again. */
  synchronized FixedServer answer(String question, int status, String body) {
    answers
        .computeIfAbsent(
            question.replace("GET ", "GET /api/2.1/unity-catalog"), q -> new ArrayDeque<>())
        .add(new Answer(status, body));
    return this;
  }

  /** Lists these functions from now on. */
  synchronized FixedServer functions(String... names) {
    answers.remove("GET /api/2.1/unity-catalog/functions");
    return answer(
        "GET /functions",
        200,
        "{\"functions\":[{\"name\":\"%s\"}]}".formatted(String.join("\"},{\"name\":\"", names)));
  }

  List<String> asked() {
    return asked;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
