package io.millrace.gateway.kafka;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker in this process, on 127.0.0.1, with its data in one directory.
 *
 * <p>The data outlives the broker and the process, also when the process is killed.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final String ENTRY = "io.millrace.gateway.broker.EmbeddedBroker";
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

  private final URLClassLoader loader;
  private final AutoCloseable broker;
  private final int port;

  private KafkaBroker(URLClassLoader loader, AutoCloseable broker, int port) {
    this.loader = loader;
    this.broker = broker;
    this.port = port;
  }

  /**
   * Returns when a client has been answered.
   *
   * @param directory made if absent; no other broker may use it
   * @param port a free port of 127.0.0.1
   * @param onFatal told the reason, on a thread of Kafka's, when the broker gives up later
   * @throws MillraceException FILE_NOT_FOUND if the broker is not built, STATE_CORRUPT if Kafka
   *     cannot read the directory, DISK_FULL, DIRECTORY_UNWRITABLE, BROKER_UNREACHABLE if it does
   *     not answer
   */
  public static KafkaBroker start(Home home, Path directory, int port, Consumer<String> onFatal) {
    requireNonNull(onFatal, "onFatal is null");
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "the directory " + directory + " cannot be made: " + e,
          "choose another one with --dir",
          e);
    }
    URLClassLoader loader = BrokerClassLoader.open(home);
    AutoCloseable broker = null;
    try {
      broker = startIn(loader, directory, port, onFatal);
      awaitAnswer(port);
      return new KafkaBroker(loader, broker, port);
    } catch (Throwable failure) {
      closeQuietly(broker, failure);
      closeQuietly(loader, failure);
      throw failure;
    }
  }

  /** What clients connect to. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /** Stops the broker; its data stays. */
  @Override
  public void close() {
    try (loader) {
      withLoader(
          loader,
          () -> {
            broker.close();
            return null;
          });
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the embedded Kafka broker did not stop cleanly: " + e,
          "nothing to do: it recovers its logs at the next start",
          e);
    }
  }

  private static AutoCloseable startIn(
      URLClassLoader loader, Path directory, int port, Consumer<String> onFatal) {
    try {
      return withLoader(
          loader,
          () -> {
            Method start =
                loader
                    .loadClass(ENTRY)
                    .getMethod("start", String.class, int.class, int.class, Consumer.class);
            return (AutoCloseable)
                start.invoke(null, directory.toString(), port, freePort(), onFatal);
          });
    } catch (InvocationTargetException e) {
      throw explain(directory, port, e.getCause());
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "the embedded Kafka broker's entry point cannot be called: " + e,
          "rebuild with ./mvnw -Dquick package",
          e);
    }
  }

  private static MillraceException explain(Path directory, int port, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    if (root instanceof BindException) {
      return new MillraceException(
          ErrorCode.PORT_IN_USE,
          "Kafka cannot listen on 127.0.0.1:" + port + ": " + root.getMessage(),
          "stop the program that listens there, or choose another port with --kafka-port",
          cause);
    }
    if (String.valueOf(root.getMessage()).contains("No space left")) {
      return new MillraceException(
          ErrorCode.DISK_FULL,
          "the embedded Kafka broker cannot start on " + directory + ": " + root.getMessage(),
          "free some room on that disk, then start again",
          cause);
    }
    return new MillraceException(
        ErrorCode.STATE_CORRUPT,
        "the embedded Kafka broker cannot start on " + directory + ": " + root,
        "if files there were changed by hand, restore them; or move the directory away, which"
            + " loses the events that no pipeline has read yet",
        cause);
  }

  private static void awaitAnswer(int port) {
    Map<String, Object> settings =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            "127.0.0.1:" + port,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            10_000);
    try (Admin admin = Admin.create(settings)) {
      admin
          .describeCluster()
          .nodes()
          .get(READY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .iterator()
          .next();
    } catch (ExecutionException | TimeoutException e) {
      throw new MillraceException(
          ErrorCode.BROKER_UNREACHABLE,
          "the embedded Kafka broker does not answer on 127.0.0.1:"
              + port
              + " within "
              + READY_TIMEOUT.toSeconds()
              + " s",
          "look into logs/millrace.log; on a busy machine start again",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.BROKER_UNREACHABLE,
          "waiting for the embedded Kafka broker was interrupted",
          "start again",
          e);
    }
  }

  /** The controller's port concerns nobody else, and may be another one at each start. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static <T> T withLoader(ClassLoader loader, Call<T> call) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return call.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void closeQuietly(@Nullable AutoCloseable it, Throwable failure) {
    if (it == null) {
      return;
    }
    try {
      it.close();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  private interface Call<T> {
    T run() throws Exception;
  }
}
