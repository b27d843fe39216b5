package io.millrace.gateway.tables;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.ObjectStores;
import io.millrace.gateway.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;

/**
 * Where tables outside the local disk are: Flink's configuration, of which the keys of object
 * stores are used, and the folder of Flink's plugins.
 *
 * @param configuration folder with {@code config.yaml}; need not be there
 * @param plugins one folder for each plugin; need not be there
 */
public record TableStorage(Path configuration, Path plugins) {
  private static final String FILE = "config.yaml";

  public TableStorage {
    requireNonNull(configuration, "configuration is null");
    requireNonNull(plugins, "plugins is null");
  }

  /** As Flink's own environment variables say, else {@code conf} and {@code plugins} at home. */
  public static TableStorage of(Map<String, String> environment, Home home) {
    return new TableStorage(
        folder(environment, "FLINK_CONF_DIR", home.directory().resolve("conf")),
        folder(environment, "FLINK_PLUGINS_DIR", home.directory().resolve("plugins")));
  }

  private static Path folder(Map<String, String> environment, String variable, Path otherwise) {
    String value = environment.get(variable);
    return value == null || value.isBlank() ? otherwise : Path.of(value);
  }

  /**
   * Makes tables there readable and writable for this process. Costs nothing where neither folder
   * is.
   *
   * @throws MillraceException CONFIG_INVALID if the configuration cannot be read
   */
  public void initialize() {
    boolean configured = Files.isRegularFile(configuration.resolve(FILE));
    if (configured || Files.isDirectory(plugins)) {
      ObjectStores.initialize(configured ? load() : new Configuration(), plugins);
    }
  }

  private Configuration load() {
    try {
      return GlobalConfiguration.loadConfiguration(configuration.toString());
    } catch (RuntimeException e) {
      // Without the cause's words, which may repeat a line with a secret.
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "%s is not a configuration of Flink".formatted(configuration.resolve(FILE)),
          "write it as YAML, one 'key: value' a line");
    }
  }
}
