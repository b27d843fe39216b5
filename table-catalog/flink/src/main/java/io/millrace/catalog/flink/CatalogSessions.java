package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.flink.rest.TokenSource;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Tokens that a process holds for the sessions in it. {@code CREATE CATALOG} names one by a random
 * handle, {@code 'session' = '…'}, which means nothing in any other process; so options, what SHOW
 * CREATE CATALOG prints, plans and job graphs have no secret to lose. Thread-safe.
 */
public final class CatalogSessions {
  private static final int HANDLE_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Map<String, Supplier<String>> OPEN = new ConcurrentHashMap<>();

  private CatalogSessions() {}

  /**
   * Makes a token known.
   *
   * @param token asked at each call to the server, so that it may be renewed
   * @return what to give as option {@code session}
   */
  public static String open(Supplier<String> token) {
    requireNonNull(token, "token is null");
    byte[] random = new byte[HANDLE_BYTES];
    RANDOM.nextBytes(random);
    String handle = HexFormat.of().formatHex(random);
    OPEN.put(handle, token);
    return handle;
  }

  /** Forgets a token: catalogs that were made with the handle are refused from now on. */
  public static void close(String handle) {
    OPEN.remove(handle);
  }

  static TokenSource source(String handle) {
    return TokenSource.of("the session's token", () -> token(handle));
  }

  private static String token(String handle) {
    return Optional.ofNullable(OPEN.get(handle))
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.UNAUTHENTICATED,
                    "the session that the catalog was made in is over",
                    "open a new session"))
        .get();
  }
}
