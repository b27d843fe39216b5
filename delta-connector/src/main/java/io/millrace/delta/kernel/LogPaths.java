package io.millrace.delta.kernel;

import java.net.URI;
import java.net.URISyntaxException;

/** Paths of data files: URL-encoded in the log, plain in our hands. */
final class LogPaths {
  private LogPaths() {}

  /** A path as the log has it. */
  static String encode(String path) {
    if (path.indexOf("://") > 0) {
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
    if (logged.indexOf("://") > 0 || logged.indexOf('%') < 0) {
      return logged;
    }
    return URI.create("./" + logged).getPath().substring("./".length());
  }
}
