package io.millrace.delta.log;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;

/**
 * Where S3 is and who asks, from the keys that Flink's S3 file systems read, so that log entries
 * and data files go to one store: {@code s3.endpoint}, {@code s3.endpoint.region}, {@code
 * s3.access-key}, {@code s3.secret-key}, {@code s3.session-token}, {@code s3.path.style.access},
 * {@code s3.connection.ssl.enabled}. Each may also begin with {@code s3a.} or {@code fs.s3a.}, as
 * for {@code flink-s3-fs-hadoop}. What is not set is left to the SDK's default chains.
 *
 * @param endpoint empty for AWS
 * @param region empty for the SDK's default chain
 * @param pathStyle true for {@code host/bucket/key}, as most stores other than AWS want it
 * @param credentials empty for the SDK's default chain
 */
record S3Settings(
    Optional<URI> endpoint,
    Optional<String> region,
    boolean pathStyle,
    Optional<Credentials> credentials) {
  private static final List<String> PREFIXES = List.of("s3.", "s3a.", "fs.s3a.");

  /** A key pair, and the token of a temporary one. Says nothing of itself. */
  record Credentials(String accessKey, String secretKey, Optional<String> sessionToken) {
    @Override
    public String toString() {
      return "credentials";
    }
  }

  /**
   * @throws MillraceException CONFIG_INVALID for an endpoint that is no URI, or half a key pair
   */
  static S3Settings of(Configuration flink) {
    boolean ssl = find(flink, "connection.ssl.enabled").map(Boolean::parseBoolean).orElse(true);
    Optional<String> accessKey = find(flink, "access-key", "access.key");
    Optional<String> secretKey = find(flink, "secret-key", "secret.key");
    if (accessKey.isPresent() != secretKey.isPresent()) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "only one of s3.access-key and s3.secret-key is set",
          "set both, or neither to use the default credentials of the environment");
    }
    return new S3Settings(
        find(flink, "endpoint").map(endpoint -> endpoint(endpoint, ssl)),
        find(flink, "endpoint.region", "region"),
        find(flink, "path.style.access", "path-style-access")
            .map(Boolean::parseBoolean)
            .orElse(false),
        accessKey.map(
            key ->
                new Credentials(
                    key, secretKey.orElseThrow(), find(flink, "session.token", "session-token"))));
  }

  private static Optional<String> find(Configuration flink, String... names) {
    for (String name : names) {
      for (String prefix : PREFIXES) {
        String value = flink.toMap().get(prefix + name);
        if (value != null && !value.isBlank()) {
          return Optional.of(value.strip());
        }
      }
    }
    return Optional.empty();
  }

  private static URI endpoint(String text, boolean ssl) {
    String lower = text.toLowerCase(Locale.ROOT);
    boolean whole = lower.startsWith("http://") || lower.startsWith("https://");
    try {
      URI uri = URI.create(whole ? text : (ssl ? "https://" : "http://") + text);
      if (uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw noEndpoint(e);
    }
    throw noEndpoint(null);
  }

  /** Without the value: people put passwords into URIs. */
  private static MillraceException noEndpoint(
      @org.jspecify.annotations.Nullable IllegalArgumentException cause) {
    return new MillraceException(
        ErrorCode.CONFIG_INVALID,
        "s3.endpoint is not the address of a server"
            + (cause == null ? "" : " (it cannot be parsed)"),
        "write it as https://host:port, without a user");
  }
}
