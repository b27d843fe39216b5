package io.millrace.gateway.broker;

import static java.util.Objects.requireNonNull;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka node, broker and controller in one, on the loopback interface.
 *
 * <p>It is started by reflection through an isolated class loader, so its surface is plain JDK
 * types. Data survives {@link #close()} and the death of the process: the directory is formatted
 * once, and a start on a formatted directory recovers its logs.
 *
 * <p>{@code Formatter} and {@code KafkaRaftServer} are not public interfaces of Kafka: the version
 * is pinned, and a test starts, stops and starts again.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE_ID = 1;

  /** The largest record a client may send; a document above it is the producer's error. */
  private static final int MESSAGE_BYTES_MAX = 32 * 1024 * 1024;

  private final KafkaRaftServer server;
  private final AtomicBoolean gaveUp;

  private EmbeddedBroker(KafkaRaftServer server, AtomicBoolean gaveUp) {
    this.server = server;
    this.gaveUp = gaveUp;
  }

  /**
   * Formats the directory if that was never done, and returns once the broker takes requests.
   *
   * @param directory an existing directory that is the broker's alone
   * @param port where clients connect on 127.0.0.1
   * @param controllerPort where the node's controller listens on 127.0.0.1; may differ from start
   *     to start
   * @param onFatal told the reason when Kafka gives up on its own, for example because the disk is
   *     full; the broker is of no use after that
   * @throws Exception whatever Kafka says; nothing is left running then
   */
  public static AutoCloseable start(
      String directory, int port, int controllerPort, Consumer<String> onFatal) throws Exception {
    requireNonNull(onFatal, "onFatal is null");
    Path data = Path.of(requireNonNull(directory, "directory is null"));
    // Kafka ends the process when it cannot go on. That decision is the platform's.
    AtomicBoolean gaveUp = new AtomicBoolean();
    Exit.Procedure giveUp =
        (status, message) -> {
          gaveUp.set(true);
          onFatal.accept(reason(status, message));
        };
    Exit.setExitProcedure(giveUp);
    Exit.setHaltProcedure(giveUp);
    if (!Files.exists(data.resolve("meta.properties"))) {
      format(data);
    }
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(settings(data, port, controllerPort)), Time.SYSTEM);
    try {
      server.startup();
    } catch (Throwable failure) {
      try {
        server.shutdown();
      } catch (RuntimeException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
    return new EmbeddedBroker(server, gaveUp);
  }

  /**
   * Stops taking requests, flushes the logs, and returns when every thread has ended. A broker that
   * has given up is left as it is, for the process to end: an orderly stop would wait five minutes
   * for a controller that is no more, and the next start recovers the logs.
   */
  @Override
  public void close() {
    if (gaveUp.get()) {
      return;
    }
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path data) throws Exception {
    PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Formatter()
        .setPrintStream(silent)
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(NODE_ID)
        .setDirectories(Set.of(data.toString()))
        .setMetadataLogDirectory(data.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .setUnstableFeatureVersionsEnabled(false)
        // A run that was killed while it formatted leaves part of the files.
        .setIgnoreFormatted(true)
        .run();
  }

  private static Map<String, String> settings(Path data, int port, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("log.dirs", data.toString());
    settings.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    // A misspelt topic is an error, never a new empty topic.
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", Integer.toString(MESSAGE_BYTES_MAX));
    singleNode(settings);
    smallFootprint(settings);
    return settings;
  }

  private static void singleNode(Map<String, String> settings) {
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // A node that was killed may register again once its old session has run out: Kafka's nine
    // seconds are meant for a network between broker and controller.
    settings.put("broker.session.timeout.ms", "3000");
    settings.put("broker.heartbeat.interval.ms", "500");
  }

  private static void smallFootprint(Map<String, String> settings) {
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("background.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "2");
    settings.put("log.cleaner.threads", "1");
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
    settings.put("log.cleaner.io.buffer.size", Integer.toString(256 * 1024));
    settings.put("log.segment.bytes", Integer.toString(256 * 1024 * 1024));
    settings.put("log.index.size.max.bytes", Integer.toString(2 * 1024 * 1024));
    settings.put("metadata.log.segment.bytes", Integer.toString(16 * 1024 * 1024));
    // Without this an idle node appends an empty metadata record twice a second, for ever.
    settings.put("metadata.max.idle.interval.ms", "0");
  }

  private static String reason(int status, String message) {
    return message == null ? "Kafka ended with status " + status : message;
  }
}
