package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Which catalog of which server.
 *
 * @param uri scheme, host and port of the server
 * @param catalog the catalog's name there
 * @param defaultDatabase schema of tables that are named without one
 * @param requestTimeout longest wait for one answer of the server
 */
public record CatalogSettings(
    URI uri, String catalog, String defaultDatabase, Duration requestTimeout) {
  public static final String DEFAULT_DATABASE = "default";
  public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private static final String API = "/api/2.1/unity-catalog";

  public CatalogSettings {
    uri = origin(requireNonNull(uri, "uri is null"));
    requireNonNull(catalog, "catalog is null");
    requireNonNull(defaultDatabase, "defaultDatabase is null");
    requireNonNull(requestTimeout, "requestTimeout is null");
    if (requestTimeout.isNegative() || requestTimeout.isZero()) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option 'request-timeout' is " + requestTimeout,
          "set it above zero");
    }
  }

  /** A catalog with the defaults for everything else. */
  public static CatalogSettings of(URI uri, String catalog) {
    return new CatalogSettings(uri, catalog, DEFAULT_DATABASE, DEFAULT_REQUEST_TIMEOUT);
  }

  private static URI origin(URI uri) {
    if (uri.getRawUserInfo() != null) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option 'uri' holds a user or a password",
          "leave it out, and give the token by 'token-file' or MILLRACE_TOKEN");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
    boolean fits =
        uri.getScheme() != null
            && Set.of("http", "https").contains(uri.getScheme())
            && uri.getHost() != null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && (path.isEmpty() || path.equals(API));
    if (!fits) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option 'uri' is no address of a catalog server",
          "write it like http://127.0.0.1:8787");
    }
    return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
  }
}
