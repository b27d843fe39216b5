package io.millrace.gateway;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Path;

/**
 * Where Millrace itself is: the folder with {@code bin}, {@code sql} and the built modules.
 *
 * @param directory absolute
 */
public record Home(Path directory) {
  private static final String PROPERTY = "millrace.home";

  public Home {
    directory = requireNonNull(directory, "directory is null").toAbsolutePath().normalize();
  }

  /**
   * The folder that the launcher names in the system property {@code millrace.home}.
   *
   * @throws MillraceException CONFIG_INVALID if there is none
   */
  public static Home fromLauncher() {
    String home = System.getProperty(PROPERTY);
    if (home == null || home.isBlank()) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the system property " + PROPERTY + " is not set",
          "start Millrace with bin/millrace, or pass -D" + PROPERTY + "=FOLDER");
    }
    return new Home(Path.of(home));
  }

  /** The script that a person starts Millrace with. */
  public Path launcher() {
    return directory.resolve("bin").resolve("millrace");
  }
}
