package io.millrace.delta.log;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * An object store over one map: what Flink's S3 file system and our commit store ask of S3, and
 * If-None-Match decided by {@code putIfAbsent}, which is atomic. S3Proxy and S3Mock look first and
 * write then, so that they cannot show that one writer wins; here a failing contract is the
 * client's fault. Objects in parts are not there: nothing here is that large.
 */
public final class InMemoryS3 implements AutoCloseable {
  static final String ACCESS_KEY = "AKIACANARY";
  static final String SECRET_KEY = "canary-secret";

  /** What goes wrong with one request. */
  public enum Fault {
    /** It is done, and the connection closed without an answer. */
    ANSWER_LOST,
    /** It is done, and the answer says 500. */
    ERROR_AFTER_WRITE,
    /** 503 SlowDown; nothing is done. */
    SLOW_DOWN,
    /** 409 ConditionalRequestConflict; nothing is done. */
    CONFLICT,
    /** The connection is closed; nothing is done. */
    RESET,
    /** Half of what is read, and then the connection is closed. */
    HALF_BODY
  }

  /** What the store makes of If-None-Match. */
  public enum Condition {
    HONOURED,
    IGNORED,
    NOT_IMPLEMENTED
  }

  /** Faults of which a client can only know that it has to ask again. */
  private static final List<Fault> ANY_REQUEST =
      List.of(Fault.ANSWER_LOST, Fault.ERROR_AFTER_WRITE, Fault.SLOW_DOWN, Fault.RESET);

  private final Map<String, StoredObject> objects = new ConcurrentSkipListMap<>();
  private final Queue<Fault> entryFaults = new ConcurrentLinkedQueue<>();
  private final Queue<Fault> probeFaults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger probePuts = new AtomicInteger();
  private final AtomicInteger entryPuts = new AtomicInteger();
  private final AtomicInteger faults = new AtomicInteger();
  private final Condition condition;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(16);
  private volatile boolean accessDenied;
  private @Nullable Random weather;
  private int requestsPerFault;

  static {
    // Otherwise each answer waits 40 ms for the acknowledgement of its own header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  public InMemoryS3(Condition condition) throws IOException {
    this.condition = condition;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** As in Flink's configuration file. */
  public Configuration configuration() {
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

  /** From now on one in so many requests, of any kind and chosen by the seed, goes wrong. */
  public synchronized void failOneIn(int requests, long seed) {
    weather = new Random(seed);
    requestsPerFault = requests;
  }

  /** Requests that have gone wrong. */
  public int faults() {
    return faults.get();
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
  public List<String> names() {
    return List.copyOf(objects.keySet());
  }

  public void put(String name, byte[] bytes) {
    objects.put(name, StoredObject.of(bytes));
  }

  /** Makes an object as if it had been written so long ago. */
  void age(String name, Duration age) {
    objects.computeIfPresent(
        name, (key, old) -> new StoredObject(old.bytes(), Instant.now().minus(age)));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request = S3Request.read(exchange);
      if (accessDenied || !request.isSignedBy(ACCESS_KEY)) {
        request.error(403, "InvalidAccessKeyId", "no such key: " + ACCESS_KEY);
      } else if (!request.name().equals("bucket") && !request.name().startsWith("bucket/")) {
        request.error(404, "NoSuchBucket", "The specified bucket does not exist");
      } else {
        answer(request, takeFault(request));
      }
    }
  }

  private @Nullable Fault takeFault(S3Request request) {
    Fault fault = null;
    if (request.method().equals("PUT") && request.name().contains("/.probe-")) {
      probePuts.incrementAndGet();
      fault = probeFaults.poll();
    } else if (request.method().equals("PUT") && request.name().endsWith(".json")) {
      entryPuts.incrementAndGet();
      fault = entryFaults.poll();
    }
    if (fault == null) {
      fault = ofTheWeather(request);
    }
    if (fault != null) {
      faults.incrementAndGet();
    }
    return fault;
  }

  private synchronized @Nullable Fault ofTheWeather(S3Request request) {
    if (weather == null || weather.nextInt(requestsPerFault) > 0) {
      return null;
    }
    if (request.method().equals("GET") && weather.nextBoolean()) {
      return Fault.HALF_BODY;
    }
    return ANY_REQUEST.get(weather.nextInt(ANY_REQUEST.size()));
  }

  private void answer(S3Request request, @Nullable Fault fault) throws IOException {
    if (fault == Fault.SLOW_DOWN) {
      request.error(503, "SlowDown", "Please reduce your request rate.");
    } else if (fault == Fault.CONFLICT) {
      request.error(409, "ConditionalRequestConflict", "another is under way");
    } else if (fault != Fault.RESET) {
      Answer answer = done(request);
      if (fault == Fault.ERROR_AFTER_WRITE) {
        request.error(500, "InternalError", "We encountered an internal error.");
      } else if (fault == Fault.HALF_BODY) {
        answer.sendHalf(request);
      } else if (fault == null) {
        answer.send(request);
      }
    }
  }

  /** An answer that may still get lost. */
  private interface Answer {
    void send(S3Request request) throws IOException;

    default void sendHalf(S3Request request) throws IOException {
      send(request);
    }
  }

  private record Content(StoredObject object) implements Answer {
    @Override
    public void send(S3Request request) throws IOException {
      request.content(object, false);
    }

    @Override
    public void sendHalf(S3Request request) throws IOException {
      request.content(object, true);
    }
  }

  private static Answer error(int status, String code, String message) {
    return request -> request.error(status, code, message);
  }

  private static Answer empty(int status) {
    return request -> request.empty(status);
  }

  private static Answer xml(String body) {
    return request -> request.xml(200, body);
  }

  private Answer done(S3Request request) {
    Optional<String> source = request.copySource();
    return switch (request.method()) {
      case "PUT" -> source.isPresent() ? copied(request, source.get()) : put(request);
      case "HEAD", "GET" -> request.name().contains("/") ? found(request) : listed(request);
      case "DELETE" -> {
        objects.remove(request.name());
        yield empty(204);
      }
      case "POST" -> request.parameter("delete").isPresent() ? deleted(request) : notHere();
      default -> notHere();
    };
  }

  private static Answer notHere() {
    return error(405, "MethodNotAllowed", "not here");
  }

  private Answer put(S3Request request) {
    StoredObject stored = StoredObject.of(request.body());
    boolean conditional = request.isIfNoneMatch();
    if (conditional && condition == Condition.NOT_IMPLEMENTED) {
      return error(501, "NotImplemented", "A header you provided implies functionality");
    }
    if (conditional && condition == Condition.HONOURED) {
      if (objects.putIfAbsent(request.name(), stored) != null) {
        return error(412, "PreconditionFailed", "At least one of the pre-conditions failed");
      }
    } else {
      objects.put(request.name(), stored);
    }
    return answered -> answered.stored(stored);
  }

  private Answer copied(S3Request request, String source) {
    StoredObject stored = objects.get(source);
    if (stored == null) {
      return error(404, "NoSuchKey", "The specified key does not exist.");
    }
    StoredObject copy = StoredObject.of(stored.bytes());
    objects.put(request.name(), copy);
    return xml(
        "<CopyObjectResult><ETag>%s</ETag><LastModified>%s</LastModified></CopyObjectResult>"
            .formatted(copy.tag(), copy.modified()));
  }

  private Answer found(S3Request request) {
    StoredObject stored = objects.get(request.name());
    return stored == null
        ? error(404, "NoSuchKey", "The specified key does not exist.")
        : new Content(stored);
  }

  private Answer deleted(S3Request request) {
    request.keysInBody().forEach(key -> objects.remove(request.name() + "/" + key));
    return xml("<DeleteResult></DeleteResult>");
  }

  private Answer listed(S3Request request) {
    String bucket = request.name() + "/";
    return xml(
        S3Listing.of(objects, bucket, request.parameter("prefix").orElse(""), request::parameter)
            .xml());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
