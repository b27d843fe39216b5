package io.millrace.delta.log;

import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.core.plugin.PluginManager;
import org.jspecify.annotations.Nullable;

/**
 * Object stores for a process that is not one of a Flink cluster's: those initialize their file
 * systems themselves.
 */
public final class ObjectStores {
  private ObjectStores() {}

  /**
   * Makes both halves of a table on an object store reachable, with one configuration: data files
   * by the file systems of Flink's plugins, log entries by {@link CommitStores}. To be called
   * before a table is opened.
   *
   * @param flink as in Flink's configuration file: {@code s3.endpoint}, {@code s3.access-key}, ...
   * @param plugins one folder for each plugin, with its jars; need not be there
   * @throws MillraceException IO_FAILED if the folder cannot be read
   */
  public static void initialize(Configuration flink, Path plugins) {
    FileSystem.initialize(flink, pluginManager(flink, plugins));
    CommitStores.initialize(flink);
  }

  private static @Nullable PluginManager pluginManager(Configuration flink, Path plugins) {
    if (!Files.isDirectory(plugins)) {
      return null;
    }
    try {
      return new DefaultPluginManager(
          new DirectoryBasedPluginFinder(plugins).findPlugins(),
          CoreOptions.getPluginParentFirstLoaderPatterns(flink));
    } catch (IOException e) {
      throw StorageFailure.of("looking for plugins", plugins.toString(), e);
    }
  }
}
