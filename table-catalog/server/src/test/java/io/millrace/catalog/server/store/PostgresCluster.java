package io.millrace.catalog.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL of its own for the tests of this process, from Debian's package: made in a temporary
 * directory, listening on a free port of 127.0.0.1, stopped and deleted when the process ends, and
 * therefore without a thought for power cuts. PostgreSQL refuses to run as root, who therefore
 * starts it as the package's user.
 */
public final class PostgresCluster {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final String USER = "millrace";
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static PostgresCluster running;

  private final Path binaries;
  private final Path directory;
  private final String password;
  private final int port;

  private PostgresCluster(Path binaries, Path directory, String password, int port) {
    this.binaries = binaries;
    this.directory = directory;
    this.password = password;
    this.port = port;
  }

  /** Where the newest one is, if any is installed. */
  static Optional<Path> binaries() {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.comparingInt(PostgresCluster::version));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int version(Path bin) {
    String name = bin.getParent().getFileName().toString();
    return name.matches("\\d+") ? Integer.parseInt(name) : 0;
  }

  /** Skips the tests of a class where there is none. */
  public static void assumeInstalled() {
    Assumptions.assumeTrue(
        binaries().isPresent(), "no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql");
  }

  /** A catalog on a new and empty database of the cluster of this process. */
  public static StoreSettings settings(Path directory) {
    try {
      return new StoreSettings(directory, Optional.of(running().database()));
    } catch (IOException | SQLException | InterruptedException e) {
      throw new IllegalStateException("no database in the cluster", e);
    }
  }

  /** The one of this process. */
  private static synchronized PostgresCluster running() throws IOException, InterruptedException {
    if (running == null) {
      PostgresCluster cluster =
          new PostgresCluster(
              binaries().orElseThrow(),
              Path.of(run("mktemp", "-d", "/tmp/millrace-postgres.XXXXXX").strip()),
              HexFormat.of().toHexDigits(new Random().nextLong()),
              freePort());
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::stop, "postgres-stop"));
      cluster.start();
      running = cluster;
    }
    return running;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void start() throws IOException, InterruptedException {
    run(
        "sh",
        "-c",
        "umask 077; printf %s \"$1\" > \"$2/password\"; \"$3/initdb\" -D \"$2/data\" -U "
            + USER
            + " --pwfile=\"$2/password\" -A scram-sha-256 -E UTF8 --locale=C --no-instructions",
        "initdb",
        password,
        directory.toString(),
        binaries.toString());
    run(
        binaries.resolve("pg_ctl").toString(),
        "-D",
        directory.resolve("data").toString(),
        "-l",
        directory.resolve("log").toString(),
        "-w",
        "-t",
        "120",
        "-o",
        "-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s -c fsync=off"
            .formatted(port, directory),
        "start");
  }

  private void stop() {
    try {
      run(
          binaries.resolve("pg_ctl").toString(),
          "-D",
          directory.resolve("data").toString(),
          "-m",
          "immediate",
          "-w",
          "stop");
      run("rm", "-rf", directory.toString());
    } catch (IOException | InterruptedException e) {
      System.err.println("PostgreSQL in " + directory + " was not stopped: " + e.getMessage());
    }
  }

  /** Runs a command, as the package's user if we are root. */
  private static String run(String... command) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      whole.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    whole.addAll(List.of(command));
    // Into a file: a server that is started keeps its output open.
    Path said = Files.createTempFile("postgres", ".out");
    try {
      Process process =
          new ProcessBuilder(whole)
              .directory(Path.of("/tmp").toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(command[0] + " failed: " + Files.readString(said));
      }
      return Files.readString(said, StandardCharsets.UTF_8);
    } finally {
      Files.delete(said);
    }
  }

  /** A new and empty database. */
  private StoreSettings.Postgres database() throws SQLException {
    String name = "catalog_" + DATABASES.incrementAndGet();
    try (Connection connection = DriverManager.getConnection(url("postgres"), USER, password);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return new StoreSettings.Postgres(url(name), USER, password);
  }

  private String url(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }
}
