package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request to {@link InMemoryS3}, as S3 reads it, and the words for its answer. */
final class S3Request {
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final HttpExchange exchange;
  private final String name;
  private final Map<String, String> parameters;
  private final byte[] body;

  private S3Request(
      HttpExchange exchange, String name, Map<String, String> parameters, byte[] body) {
    this.exchange = exchange;
    this.name = name;
    this.parameters = parameters;
    this.body = body;
  }

  static S3Request read(HttpExchange exchange) throws IOException {
    byte[] raw = exchange.getRequestBody().readAllBytes();
    String hash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
    byte[] body = hash != null && hash.startsWith("STREAMING-") ? joined(raw) : raw;
    Map<String, String> parameters = new HashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      parameters.put(
          URLDecoder.decode(parts[0], UTF_8),
          parts.length < 2 ? "" : URLDecoder.decode(parts[1], UTF_8));
    }
    String path = exchange.getRequestURI().getPath().substring(1);
    // A bucket may be written with a slash behind it.
    String name = path.indexOf('/') == path.length() - 1 ? path.replace("/", "") : path;
    return new S3Request(exchange, name, parameters, body);
  }

  /** What {@code aws-chunked} carries: each part with its length in hexadecimal ahead of it. */
  private static byte[] joined(byte[] chunked) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream(chunked.length);
    String text = new String(chunked, ISO_8859_1);
    for (int at = 0; ; ) {
      int end = text.indexOf("\r\n", at);
      int length = Integer.parseInt(text.substring(at, end).split(";", 2)[0], 16);
      if (length == 0) {
        return whole.toByteArray();
      }
      whole.write(chunked, end + 2, length);
      at = end + 2 + length + 2;
    }
  }

  String method() {
    return exchange.getRequestMethod();
  }

  /** Bucket and key. */
  String name() {
    return name;
  }

  byte[] body() {
    return body;
  }

  Optional<String> parameter(String parameter) {
    return Optional.ofNullable(parameters.get(parameter));
  }

  private Optional<String> header(String header) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(header));
  }

  boolean isSignedBy(String accessKey) {
    return header("Authorization").filter(text -> text.contains(accessKey)).isPresent();
  }

  boolean isIfNoneMatch() {
    return header("If-None-Match").filter("*"::equals).isPresent();
  }

  /** Bucket and key of what is to be copied here. */
  Optional<String> copySource() {
    return header("x-amz-copy-source")
        .map(source -> URLDecoder.decode(source.replace("+", "%2B"), UTF_8))
        .map(source -> source.startsWith("/") ? source.substring(1) : source);
  }

  List<String> keysInBody() {
    List<String> keys = new ArrayList<>();
    Matcher matcher = KEY.matcher(new String(body, UTF_8));
    while (matcher.find()) {
      keys.add(matcher.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }
    return keys;
  }

  void empty(int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
  }

  void stored(StoredObject object) throws IOException {
    exchange.getResponseHeaders().set("ETag", object.tag());
    empty(200);
  }

  void xml(int status, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    send(status, text.getBytes(UTF_8), false);
  }

  void error(int status, String code, String message) throws IOException {
    xml(
        status,
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, message));
  }

  /**
   * The object, or the part of it that is asked for.
   *
   * @param half true to close the connection half-way
   */
  void content(StoredObject object, boolean half) throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.set("ETag", object.tag());
    headers.set(
        "Last-Modified",
        DateTimeFormatter.RFC_1123_DATE_TIME.format(object.modified().atOffset(ZoneOffset.UTC)));
    byte[] bytes = object.bytes();
    Matcher range = RANGE.matcher(header("Range").orElse(""));
    if (!range.matches()) {
      send(200, bytes, half);
      return;
    }
    int from = Integer.parseInt(range.group(1));
    if (from >= bytes.length) {
      error(416, "InvalidRange", "The requested range is not satisfiable");
      return;
    }
    int to =
        range.group(2).isEmpty()
            ? bytes.length
            : (int) Math.min(bytes.length, Long.parseLong(range.group(2)) + 1);
    headers.set("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, bytes.length));
    send(206, Arrays.copyOfRange(bytes, from, to), half);
  }

  private void send(int status, byte[] bytes, boolean half) throws IOException {
    if (method().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      empty(status);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes, 0, half ? bytes.length / 2 : bytes.length);
  }
}
