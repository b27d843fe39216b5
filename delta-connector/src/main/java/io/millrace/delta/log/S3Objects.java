package io.millrace.delta.log;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The few requests that a log needs of one bucket, each sent once: who asks decides what a failure
 * means and whether to ask again. Thread-safe.
 *
 * <p>The SDK's own retries are off. A put that it repeats after a lost answer meets itself, and
 * would be told that somebody else was faster.
 */
final class S3Objects {
  private static final Map<S3Settings, S3Client> CLIENTS = new ConcurrentHashMap<>();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  /** Stores other than AWS ask for a region in the signature and take any. */
  private static final Region ANY_REGION = Region.US_EAST_1;

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Client client;
  private final String bucket;

  /** What a store answered to a conditional put. */
  enum Put {
    /** The object is there now, and it is the one sent. */
    CREATED,
    /** An object was there before; nothing was changed. */
    EXISTS,
    /** Another conditional put was under way; nothing was changed, and nothing is decided. */
    BUSY,
    /** The store knows no such condition. */
    NOT_UNDERSTOOD
  }

  /**
   * An object as it is now.
   *
   * @param age since it was written, both by the store's clock
   */
  record Stored(byte[] bytes, Duration age) {}

  private S3Objects(S3Client client, String bucket) {
    this.client = requireNonNull(client, "client is null");
    this.bucket = requireNonNull(bucket, "bucket is null");
  }

  static S3Objects of(S3Settings settings, String bucket) {
    return new S3Objects(CLIENTS.computeIfAbsent(settings, S3Objects::client), bucket);
  }

  private static S3Client client(S3Settings settings) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .socketTimeout(ANSWER_TIMEOUT))
            .overrideConfiguration(
                override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
            // Checksums in trailers and chunked bodies are what other stores trip over.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(settings.pathStyle())
                    .chunkedEncodingEnabled(false)
                    .build());
    settings.endpoint().ifPresent(builder::endpointOverride);
    settings
        .region()
        .map(Region::of)
        .or(() -> settings.endpoint().map(ignored -> ANY_REGION))
        .ifPresent(builder::region);
    settings
        .credentials()
        .ifPresent(
            keys -> builder.credentialsProvider(StaticCredentialsProvider.create(aws(keys))));
    return builder.build();
  }

  private static AwsCredentials aws(S3Settings.Credentials keys) {
    return keys.sessionToken()
        .<AwsCredentials>map(
            token -> AwsSessionCredentials.create(keys.accessKey(), keys.secretKey(), token))
        .orElseGet(() -> AwsBasicCredentials.create(keys.accessKey(), keys.secretKey()));
  }

  /**
   * Asks for the object to be made unless there is one.
   *
   * @throws S3Failure if the answer is missing or says nothing about the object
   */
  Put putIfAbsent(String key, byte[] bytes) throws IOException {
    try {
      client.putObject(
          request -> request.bucket(bucket).key(key).ifNoneMatch("*"),
          RequestBody.fromBytes(bytes));
      return Put.CREATED;
    } catch (S3Exception e) {
      return switch (e.statusCode()) {
        case PRECONDITION_FAILED -> Put.EXISTS;
        case CONFLICT -> Put.BUSY;
        case NOT_IMPLEMENTED -> Put.NOT_UNDERSTOOD;
        default -> throw failure("PUT", key, e);
      };
    } catch (SdkException e) {
      throw failure("PUT", key, e);
    }
  }

  /** Makes or replaces the object. */
  void put(String key, byte[] bytes) throws IOException {
    try {
      client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(bytes));
    } catch (SdkException e) {
      throw failure("PUT", key, e);
    }
  }

  Optional<Stored> read(String key) throws IOException {
    try {
      ResponseBytes<GetObjectResponse> found =
          client.getObject(
              request -> request.bucket(bucket).key(key), ResponseTransformer.toBytes());
      return Optional.of(new Stored(found.asByteArray(), age(found.response())));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw failure("GET", key, e);
    }
  }

  private static Duration age(GetObjectResponse response) {
    Optional<Instant> now =
        response.sdkHttpResponse().firstMatchingHeader("Date").flatMap(S3Objects::date);
    if (now.isEmpty() || response.lastModified() == null) {
      return Duration.ZERO;
    }
    Duration age = Duration.between(response.lastModified(), now.get());
    return age.isNegative() ? Duration.ZERO : age;
  }

  private static Optional<Instant> date(String header) {
    try {
      return Optional.of(
          ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  void delete(String key) throws IOException {
    try {
      client.deleteObject(request -> request.bucket(bucket).key(key));
    } catch (SdkException e) {
      throw failure("DELETE", key, e);
    }
  }

  /** {@code s3://bucket/key}, for messages. */
  String uri(String key) {
    return "s3://" + bucket + "/" + key;
  }

  private IOException failure(String method, String key, SdkException e) {
    if (!(e instanceof S3Exception answer)) {
      boolean passing = !(e instanceof SdkClientException) || e.retryable() || hasIoCause(e);
      return new S3Failure("%s %s: no answer".formatted(method, uri(key)), passing, e);
    }
    int status = answer.statusCode();
    String code = answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorCode();
    if (status == 401 || status == 403) {
      return new AccessDeniedException(uri(key), null, "S3 answered %d %s".formatted(status, code));
    }
    if (status == NOT_FOUND) {
      return new FileNotFoundException("bucket %s is not there".formatted(bucket));
    }
    boolean passing =
        status >= 500 || status == 429 || status == 408 || "RequestTimeout".equals(code);
    return new S3Failure(
        "%s %s: S3 answered %d %s (request %s)"
            .formatted(method, uri(key), status, code, answer.requestId()),
        passing);
  }

  private static boolean hasIoCause(Throwable failure) {
    for (Throwable t = failure.getCause(); t != null; t = t.getCause()) {
      if (t instanceof IOException) {
        return true;
      }
    }
    return false;
  }
}
