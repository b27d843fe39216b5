package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares text with a file under {@code src/test/resources}; {@code -Dgolden.update=true} writes
 * the file instead, for somebody to read in the diff.
 */
public final class Golden {

  private Golden() {}

  /**
   * @param file relative to the package folder {@code io/millrace/gateway} of the resources
   */
  public static void assertMatches(String file, String text) {
    Path path =
        Home.fromLauncher()
            .directory()
            .resolve("gateway/src/test/resources/io/millrace/gateway")
            .resolve(file);
    try {
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
      }
      assertThat(text).as(file).isEqualTo(Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
