package io.millrace.catalog.server.service;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Where data lies, written in one way only, so that a place has one name: a scheme in lower case,
 * the name of a bucket, and a path without anything that a reader could take for another path.
 */
public final class Location {
  private static final Set<String> OBJECT_STORES = Set.of("s3", "gs", "abfss");
  private static final int CHARACTERS_MAX = 2_000;

  private Location() {}

  /**
   * Normalises: {@code s3a} and {@code s3n} are {@code s3}, {@code /data/t}, {@code file:/data/t}
   * and {@code file:///data/t/} are {@code file:///data/t}.
   *
   * @throws MillraceException ARGUMENT_INVALID for a scheme that is not known, a relative path, the
   *     root, {@code .} or {@code ..}, an escaped character that needs no escape or could be one of
   *     these, users and passwords, another host's files, queries and fragments
   */
  public static String normalize(String given) {
    if (given.isEmpty() || given.length() > CHARACTERS_MAX) {
      throw invalid(given, "has %d characters".formatted(given.length()));
    }
    if (given.chars().anyMatch(c -> c < ' ' || c == 0x7F || c == '\\')) {
      throw invalid(given, "has a control character or a backslash");
    }
    URI uri;
    try {
      uri = given.startsWith("/") ? new URI("file", null, given, null) : new URI(given);
    } catch (URISyntaxException e) {
      throw invalid(given, "is not a URI");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals("s3a") || scheme.equals("s3n")) {
      scheme = "s3";
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.isOpaque()) {
      throw invalid(given, "has a query, a fragment or no path");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (scheme.equals("file")) {
      if (uri.getRawAuthority() != null && !uri.getRawAuthority().isEmpty()) {
        throw invalid(given, "names a host");
      }
      return "file://" + path(given, path, true);
    }
    if (!OBJECT_STORES.contains(scheme)) {
      throw invalid(given, "has no scheme that is known here");
    }
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    boolean container = scheme.equals("abfss");
    if (authority.isEmpty()
        || authority.contains("%")
        || authority.contains(":")
        || (!container && authority.contains("@"))) {
      throw invalid(given, "has no bucket, or a user, a password or a port");
    }
    return scheme + "://" + authority.toLowerCase(Locale.ROOT) + path(given, path, false);
  }

  /** The path with one slash before each part and none at the end. */
  private static String path(String given, String path, boolean needed) {
    StringBuilder normal = new StringBuilder();
    for (String part : path.split("/", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      String plain = decoded(given, part);
      if (plain.equals(".") || plain.equals("..") || plain.contains("/") || plain.contains("\\")) {
        throw invalid(given, "has a part that leads elsewhere");
      }
      normal.append('/').append(plain.equals(part) ? part : encoded(plain));
    }
    if (normal.isEmpty() && needed) {
      throw invalid(given, "is the root");
    }
    return normal.toString();
  }

  private static String decoded(String given, String part) {
    if (part.indexOf('%') < 0) {
      return part;
    }
    try {
      String plain = new URI("x:/" + part).getPath().substring(1);
      if (plain.indexOf('%') >= 0 || plain.indexOf('\uFFFD') >= 0 || plain.indexOf(0) >= 0) {
        throw invalid(given, "is escaped twice, or not UTF-8");
      }
      return plain;
    } catch (URISyntaxException e) {
      throw invalid(given, "is not a URI");
    }
  }

  private static String encoded(String plain) {
    try {
      return new URI(null, null, "/" + plain, null).getRawPath().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MillraceException invalid(String given, String what) {
    return new MillraceException(
        ErrorCode.ARGUMENT_INVALID,
        "%s is no location: it %s".formatted(SecurableName.shown(withoutUser(given)), what),
        "use an absolute path, file:///path, s3://bucket/path, gs://bucket/path or"
            + " abfss://container@account/path, without . and .. and without a user");
  }

  /** A location that is refused may hold a password. */
  private static String withoutUser(String given) {
    return given.replaceFirst("(?<=://)[^/@]*@", "…@");
  }
}
