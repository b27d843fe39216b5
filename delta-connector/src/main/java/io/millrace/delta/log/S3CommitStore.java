package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log on S3: {@code PutObject} with {@code If-None-Match: *}, which the store decides.
 *
 * <p>An answer that is lost says nothing about the entry, so the entry is read back: equal bytes
 * are ours. The same goes for "exists", since something between us and the store may have repeated
 * our own put; entries of two writers are never equal, as each holds a random transaction id.
 *
 * <p>Whether the store honours the condition is asked of it once per process and table, by putting
 * one object twice. Where it does not, one process may write the table, and a second one is refused
 * as far as {@link S3OnlyWriter} can tell.
 */
final class S3CommitStore implements CommitStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3CommitStore.class);
  private static final String THIS_PROCESS = UUID.randomUUID().toString();
  private static final Map<String, Boolean> CONDITIONAL = new ConcurrentHashMap<>();
  private static final Map<String, Object> LOCKS = new ConcurrentHashMap<>();

  private final S3Objects objects;
  private final S3Retries retries;
  private final String folder;
  private final String tablePath;
  private final String identity;
  private final S3OnlyWriter onlyWriter;

  /**
   * @param process names the process among all that may write
   */
  S3CommitStore(String tablePath, S3Settings settings, S3Retries retries, String process) {
    URI uri = URI.create(requireNonNull(tablePath, "tablePath is null").replace(" ", "%20"));
    String bucket = uri.getAuthority();
    String prefix = strip(uri.getPath());
    if (bucket == null || prefix.isEmpty()) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "table path %s does not name a bucket and a folder".formatted(tablePath),
          "write it as s3://bucket/folder");
    }
    this.objects = S3Objects.of(settings, bucket);
    this.retries = requireNonNull(retries, "retries is null");
    this.folder = prefix + "/" + CommitStores.LOG_FOLDER;
    this.tablePath = tablePath;
    this.identity =
        process + " " + settings.endpoint().map(URI::toString).orElse("") + " " + bucket + folder;
    this.onlyWriter = new S3OnlyWriter(objects, retries, folder, tablePath, process);
  }

  static S3CommitStore of(String tablePath, S3Settings settings) {
    return new S3CommitStore(tablePath, settings, S3Retries.DEFAULT, THIS_PROCESS);
  }

  private static String strip(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }

  @Override
  public boolean putIfAbsent(long version, byte[] entry) throws IOException {
    String key = key(version);
    if (isConditional()) {
      return putConditionally(key, entry);
    }
    synchronized (LOCKS.computeIfAbsent(identity, ignored -> new Object())) {
      onlyWriter.require();
      return putAlone(key, entry);
    }
  }

  private boolean putConditionally(String key, byte[] entry) throws IOException {
    for (int attempt = 1; ; attempt++) {
      S3Failure unknown;
      try {
        S3Objects.Put answer = objects.putIfAbsent(key, entry);
        if (answer == S3Objects.Put.CREATED) {
          return true;
        }
        if (answer == S3Objects.Put.EXISTS) {
          return Arrays.equals(entry, find(key).orElse(null));
        }
        unknown =
            new S3Failure(
                "PUT %s: S3 answered %s".formatted(objects.uri(key), answer),
                answer == S3Objects.Put.BUSY);
      } catch (S3Failure e) {
        unknown = e;
        Optional<byte[]> found = e.isPassing() ? find(key) : Optional.empty();
        if (found.isPresent()) {
          return Arrays.equals(entry, found.get());
        }
      }
      if (!unknown.isPassing() || attempt >= retries.attemptsMax()) {
        throw unknown;
      }
      retries.pauseAfter(attempt);
    }
  }

  /** Only for the process that may write, one put at a time. */
  private boolean putAlone(String key, byte[] entry) throws IOException {
    Optional<byte[]> found = find(key);
    if (found.isPresent()) {
      return Arrays.equals(entry, found.get());
    }
    return retries.send(
        () -> {
          objects.put(key, entry);
          return true;
        });
  }

  private boolean isConditional() throws IOException {
    Boolean known = CONDITIONAL.get(identity);
    if (known == null) {
      synchronized (LOCKS.computeIfAbsent(identity, ignored -> new Object())) {
        known = CONDITIONAL.get(identity);
        if (known == null) {
          known = probe();
          CONDITIONAL.put(identity, known);
        }
      }
    }
    return known;
  }

  /** Puts an object that nobody else knows until a put is refused, or two are not. */
  private boolean probe() throws IOException {
    String key = folder + "/.probe-" + UUID.randomUUID() + ".tmp";
    byte[] content = "put twice, to learn whether If-None-Match is honoured\n".getBytes(UTF_8);
    int created = 0;
    try {
      for (int attempt = 1; created < 2; attempt++) {
        try {
          S3Objects.Put answer = objects.putIfAbsent(key, content);
          if (answer == S3Objects.Put.EXISTS) {
            return true;
          }
          if (answer == S3Objects.Put.NOT_UNDERSTOOD) {
            break;
          }
          if (answer == S3Objects.Put.CREATED) {
            created++;
            continue;
          }
          if (attempt >= retries.attemptsMax()) {
            throw new S3Failure("PUT %s: S3 was busy".formatted(objects.uri(key)), true);
          }
        } catch (S3Failure e) {
          if (!e.isPassing() || attempt >= retries.attemptsMax()) {
            throw e;
          }
        }
        retries.pauseAfter(attempt);
      }
      LOG.warn(
          "The store ignores If-None-Match: one process at a time may write the table: table={}",
          tablePath);
      return false;
    } finally {
      removeProbe(key);
    }
  }

  private void removeProbe(String key) {
    try {
      objects.delete(key);
    } catch (IOException e) {
      LOG.warn(
          "A probe stays behind; no reader looks at it: object={}, error={}",
          objects.uri(key),
          e.toString());
    }
  }

  @Override
  public Optional<byte[]> read(long version) throws IOException {
    return find(key(version));
  }

  private Optional<byte[]> find(String key) throws IOException {
    return retries.send(() -> objects.read(key)).map(S3Objects.Stored::bytes);
  }

  private String key(long version) {
    if (version < 0) {
      throw new IllegalArgumentException("version is " + version + ", expected at least 0");
    }
    return "%s/%020d.json".formatted(folder, version);
  }
}
