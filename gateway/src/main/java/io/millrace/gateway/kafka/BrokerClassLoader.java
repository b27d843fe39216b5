package io.millrace.gateway.kafka;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The broker's own class path: Kafka 4 needs Scala 2.13, Flink's planner 2.12, under the same
 * names.
 *
 * <p>The broker sees the JDK, its own jars, and of the gateway only the logging API, so that both
 * write to one log.
 */
final class BrokerClassLoader {
  private static final String MODULE = "gateway/kafka-broker/target";

  private BrokerClassLoader() {}

  /**
   * @throws MillraceException FILE_NOT_FOUND if the broker's module is not built
   */
  static URLClassLoader open(Home home) {
    Path target = home.directory().resolve(MODULE);
    List<URL> urls = new ArrayList<>();
    try {
      urls.add(url(ownClasses(target)));
      String classPath = Files.readString(target.resolve("lib").resolve("classpath"));
      for (String jar : classPath.strip().split(":")) {
        urls.add(url(target.resolve(jar)));
      }
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "the embedded Kafka broker is not built: " + e.getMessage() + " cannot be read",
          "run ./mvnw -Dquick package in " + home.directory(),
          e);
    }
    return new URLClassLoader(
        "kafka-broker", urls.toArray(URL[]::new), new LoggingOnly(BrokerClassLoader.class));
  }

  private static Path ownClasses(Path target) throws IOException {
    Path classes = target.resolve("classes");
    if (Files.isDirectory(classes)) {
      return classes;
    }
    try (var jars = Files.newDirectoryStream(target, "kafka-broker-*.jar")) {
      for (Path jar : jars) {
        return jar;
      }
    }
    throw new IOException(classes.toString());
  }

  private static URL url(Path path) throws MalformedURLException {
    return path.toUri().toURL();
  }

  /** Parent of the broker's loader: the JDK, and from the gateway nothing but logging. */
  private static final class LoggingOnly extends ClassLoader {
    private final ClassLoader gateway;

    LoggingOnly(Class<?> gatewayClass) {
      super("kafka-broker-parent", ClassLoader.getPlatformClassLoader());
      this.gateway = gatewayClass.getClassLoader();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("org.slf4j.") || name.startsWith("org.apache.logging.")) {
        return gateway.loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }
  }
}
