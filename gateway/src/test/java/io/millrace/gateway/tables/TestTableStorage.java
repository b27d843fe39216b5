package io.millrace.gateway.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStores;
import io.millrace.gateway.Home;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTableStorage {
  @TempDir private Path folder;

  @AfterEach
  void forget() {
    CommitStores.initialize(null);
    FileSystem.initialize(new Configuration(), null);
  }

  @Test
  void theFoldersAreFlinksOrAtHome() {
    Home home = new Home(folder);

    assertThat(TableStorage.of(Map.of(), home))
        .isEqualTo(new TableStorage(folder.resolve("conf"), folder.resolve("plugins")));
    assertThat(
            TableStorage.of(
                Map.of("FLINK_CONF_DIR", "/etc/flink", "FLINK_PLUGINS_DIR", "/opt/plugins"), home))
        .isEqualTo(new TableStorage(Path.of("/etc/flink"), Path.of("/opt/plugins")));
  }

  @Test
  void tablesOnS3AreWhereTheConfigurationSays() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(403, -1);
          exchange.close();
        });
    server.start();
    try {
      Path conf = Files.createDirectory(folder.resolve("conf"));
      Files.write(
          conf.resolve("config.yaml"),
          List.of(
              "s3.endpoint: http://127.0.0.1:" + server.getAddress().getPort(),
              "s3.path.style.access: true",
              "s3.access-key: key",
              "s3.secret-key: secret"));
      TableStorage.of(Map.of(), new Home(folder)).initialize();

      assertThatThrownBy(() -> CommitStores.forTable("s3://bucket/orders").read(3))
          .isInstanceOf(AccessDeniedException.class);
    } finally {
      server.stop(0);
    }
    assertThat(asked).containsExactly("/bucket/orders/_delta_log/00000000000000000003.json");
  }

  @Test
  void aConfigurationThatCannotBeReadIsRefusedWithoutItsWords() throws IOException {
    Path conf = Files.createDirectory(folder.resolve("conf"));
    Files.writeString(conf.resolve("config.yaml"), "s3.secret-key: [hunter2\n");

    assertThatThrownBy(() -> TableStorage.of(Map.of(), new Home(folder)).initialize())
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
        .hasMessage(
            "CONFIG_INVALID: %s is not a configuration of Flink\n  Remedy: write it as YAML, one"
                    .formatted(conf.resolve("config.yaml"))
                + " 'key: value' a line");
  }
}
