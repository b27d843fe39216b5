package io.millrace.delta.kernel;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/** Paths of data files: URL-encoded in the log, plain in our hands. */
final class LogPaths {
  private static final Pattern URI_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/");

  private LogPaths() {}

  /** True of an absolute URI, which is in the log as it is anywhere else: {@code file:/t/x%20y}. */
  static boolean isUri(String path) {
    return URI_SCHEME.matcher(path).lookingAt();
  }

  /** A path as the log has it. */
  static String encode(String path) {
    if (isUri(path)) {
      return path;
    }
    try {
      // "./" keeps a colon in the first segment from being taken for a scheme.
      String encoded = new URI(null, null, "./" + path, null).getRawPath();
      return encoded.substring("./".length());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("file path " + path + " cannot be encoded", e);
    }
  }

  /** A path as the file system has it; absolute URIs stay as they are. */
  static String decode(String logged) {
    if (isUri(logged) || logged.indexOf('%') < 0) {
      return logged;
    }
    return URI.create("./" + logged).getPath().substring("./".length());
  }
}
