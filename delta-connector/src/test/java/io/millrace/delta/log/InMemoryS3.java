package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;

/**
 * An object store over one map: GET, PUT, DELETE of objects, and If-None-Match decided by {@code
 * putIfAbsent}, which is atomic. S3Proxy and S3Mock look first and write then, so that they cannot
 * show that one writer wins; here a failing contract is the client's fault.
 */
final class InMemoryS3 implements AutoCloseable {
  static final String ACCESS_KEY = "AKIACANARY";
  static final String SECRET_KEY = "canary-secret";

  /** What goes wrong with one PUT. */
  enum Fault {
    /** The object is written, and the connection closed without an answer. */
    ANSWER_LOST,
    /** The object is written, and the answer says 500. */
    ERROR_AFTER_WRITE,
    /** 503 SlowDown; nothing is written. */
    SLOW_DOWN,
    /** 409 ConditionalRequestConflict; nothing is written. */
    CONFLICT,
    /** The connection is closed; nothing is written. */
    RESET
  }

  /** What the store makes of If-None-Match. */
  enum Condition {
    HONOURED,
    IGNORED,
    NOT_IMPLEMENTED
  }

  private record Stored(byte[] bytes, Instant modified) {}

  private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Queue<Fault> entryFaults = new ConcurrentLinkedQueue<>();
  private final Queue<Fault> probeFaults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger probePuts = new AtomicInteger();
  private final AtomicInteger entryPuts = new AtomicInteger();
  private final Condition condition;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private volatile boolean accessDenied;

  static {
    // Otherwise each answer waits 40 ms for the acknowledgement of its own header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  InMemoryS3(Condition condition) throws IOException {
    this.condition = condition;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** As in Flink's configuration file. */
  Configuration configuration() {
    var flink = new Configuration();
    flink.setString("s3.endpoint", "http://127.0.0.1:" + server.getAddress().getPort());
    flink.setString("s3.path.style.access", "true");
    flink.setString("s3.access-key", ACCESS_KEY);
    flink.setString("s3.secret-key", SECRET_KEY);
    return flink;
  }

  S3Settings settings() {
    return S3Settings.of(configuration());
  }

  void failEntries(Fault... faults) {
    entryFaults.addAll(List.of(faults));
  }

  void failProbes(Fault... faults) {
    probeFaults.addAll(List.of(faults));
  }

  void denyAccess() {
    accessDenied = true;
  }

  int probePuts() {
    return probePuts.get();
  }

  int entryPuts() {
    return entryPuts.get();
  }

  /** Bucket and key of everything there. */
  List<String> names() {
    return List.copyOf(objects.keySet());
  }

  void put(String name, byte[] bytes) {
    objects.put(name, new Stored(bytes, Instant.now()));
  }

  /** Makes an object as if it had been written so long ago. */
  void age(String name, Duration age) {
    objects.computeIfPresent(name, (key, old) -> new Stored(old.bytes(), Instant.now().minus(age)));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String name = exchange.getRequestURI().getPath().substring(1);
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (accessDenied || authorization == null || !authorization.contains(ACCESS_KEY)) {
        error(exchange, 403, "InvalidAccessKeyId", "no such key: " + ACCESS_KEY);
      } else if (!name.startsWith("bucket/")) {
        error(exchange, 404, "NoSuchBucket", "The specified bucket does not exist");
      } else {
        switch (exchange.getRequestMethod()) {
          case "PUT" -> put(exchange, name, body);
          case "GET" -> get(exchange, name);
          case "DELETE" -> {
            objects.remove(name);
            exchange.sendResponseHeaders(204, -1);
          }
          default -> error(exchange, 405, "MethodNotAllowed", "not here");
        }
      }
    }
  }

  private void put(HttpExchange exchange, String name, byte[] body) throws IOException {
    boolean probe = name.contains("/.probe-");
    boolean entry = name.endsWith(".json");
    if (probe) {
      probePuts.incrementAndGet();
    } else if (entry) {
      entryPuts.incrementAndGet();
    }
    Fault fault = probe ? probeFaults.poll() : entry ? entryFaults.poll() : null;
    if (fault == Fault.SLOW_DOWN) {
      error(exchange, 503, "SlowDown", "Please reduce your request rate.");
      return;
    }
    if (fault == Fault.CONFLICT) {
      error(exchange, 409, "ConditionalRequestConflict", "another is under way");
      return;
    }
    if (fault == Fault.RESET) {
      return;
    }
    Stored stored = new Stored(body, Instant.now());
    boolean conditional = "*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
    if (conditional && condition == Condition.NOT_IMPLEMENTED) {
      error(exchange, 501, "NotImplemented", "A header you provided implies functionality");
      return;
    }
    if (conditional && condition == Condition.HONOURED) {
      if (objects.putIfAbsent(name, stored) != null) {
        error(exchange, 412, "PreconditionFailed", "At least one of the pre-conditions failed");
        return;
      }
    } else {
      objects.put(name, stored);
    }
    if (fault == Fault.ERROR_AFTER_WRITE) {
      error(exchange, 500, "InternalError", "We encountered an internal error.");
    } else if (fault != Fault.ANSWER_LOST) {
      exchange.getResponseHeaders().set("ETag", "\"0\"");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void get(HttpExchange exchange, String name) throws IOException {
    Stored stored = objects.get(name);
    if (stored == null) {
      error(exchange, 404, "NoSuchKey", "The specified key does not exist.");
      return;
    }
    exchange
        .getResponseHeaders()
        .set(
            "Last-Modified",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(
                stored.modified().atOffset(ZoneOffset.UTC)));
    exchange.sendResponseHeaders(200, stored.bytes().length == 0 ? -1 : stored.bytes().length);
    exchange.getResponseBody().write(stored.bytes());
  }

  private static void error(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    byte[] body =
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, message)
            .getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
