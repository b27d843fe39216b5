package io.millrace.delta.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Who we are, for the log. */
final class Millrace {
  static final String ENGINE_INFO = "Millrace/" + version();

  private Millrace() {}

  private static String version() {
    Properties build = new Properties();
    try (InputStream in = Millrace.class.getResourceAsStream("build.properties")) {
      if (in == null) {
        throw new IllegalStateException("build.properties is missing beside " + Millrace.class);
      }
      build.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build.getProperty("version");
  }
}
