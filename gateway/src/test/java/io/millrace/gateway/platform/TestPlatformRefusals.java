package io.millrace.gateway.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import io.millrace.gateway.SmallDisk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a platform from starting: each is told before anything is started or changed. */
class TestPlatformRefusals {
  private static final Ports ANY = new Ports(0, 0, 0, 0);

  @TempDir Path root;

  @Test
  void aSecondPlatformOnADirectoryIsToldWhoHasIt() {
    PlatformDirectory directory = new PlatformDirectory(root);
    PlatformState.ofThisProcess(Instant.now(), Ports.DEFAULT).write(directory.stateFile());
    try (PlatformLock lock = PlatformLock.tryAcquire(directory.lockFile()).orElseThrow()) {
      assertThatThrownBy(() -> start(ANY))
          .isInstanceOfSatisfying(MillraceException.class, has(ErrorCode.ALREADY_RUNNING))
          .hasMessage(
              "ALREADY_RUNNING: a platform already runs on "
                  + root
                  + " (process "
                  + ProcessHandle.current().pid()
                  + ")\n  Remedy: use that one, stop it with millrace down --dir "
                  + root
                  + ", or choose another directory with --dir");
      assertThat(RunningPlatform.find(directory)).isPresent();
    }
    assertThat(RunningPlatform.find(directory)).isEmpty();
  }

  @Test
  void aPortInUseIsNamedWithItsOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> start(new Ports(0, 0, 0, port)))
          .isInstanceOfSatisfying(MillraceException.class, has(ErrorCode.PORT_IN_USE))
          .hasMessageStartingWith(
              "PORT_IN_USE: port " + port + " (--kafka-port) cannot be had: Address already in use")
          .hasMessageContaining("or choose another port with --kafka-port, for example");
      assertThatThrownBy(() -> start(new Ports(0, 0, port, 0)))
          .hasMessageStartingWith("PORT_IN_USE: port " + port + " (--flink-port)");
      assertThatThrownBy(() -> start(new Ports(port, 0, 0, 0)))
          .hasMessageStartingWith("PORT_IN_USE: port " + port + " (--port)");
    }
    assertNothingIsLeft();
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsNamed() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "not a directory");
    PlatformDirectory directory = new PlatformDirectory(file.resolve("below"));
    assertThatThrownBy(() -> start(directory, ANY))
        .isInstanceOfSatisfying(MillraceException.class, has(ErrorCode.DIRECTORY_UNWRITABLE))
        .hasMessageStartingWith(
            "DIRECTORY_UNWRITABLE: cannot write " + file + "/below: FileSystemException: ")
        .hasMessageEndingWith("or choose another one with --dir");
  }

  @Test
  void aDiskThatIsFullIsToldBeforeAnythingStarts() throws Exception {
    try (SmallDisk small = SmallDisk.mount(root.resolve("disk"), 4)) {
      Path disk = small.folder();
      assertThatThrownBy(() -> start(new PlatformDirectory(disk.resolve("data")), ANY))
          .isInstanceOfSatisfying(MillraceException.class, has(ErrorCode.DISK_FULL))
          .hasMessageStartingWith("DISK_FULL: the disk of " + disk + "/data has ")
          .hasMessageContaining(" MB left, a start needs 64 MB");
      assertThat(disk.resolve("data/kafka")).isEmptyDirectory();
    }
  }

  @Test
  void aDamagedStateFileIsNotTouched() throws Exception {
    PlatformDirectory directory = new PlatformDirectory(root);
    for (String damage : new String[] {"{\"pid\": 17", "{}", "", "[1]", "{\"pid\":1,\"ports\":{"}) {
      Files.writeString(directory.stateFile(), damage);
      assertThatThrownBy(() -> start(ANY))
          .as(damage)
          .isInstanceOfSatisfying(MillraceException.class, has(ErrorCode.STATE_CORRUPT))
          .hasMessageStartingWith(
              "STATE_CORRUPT: the platform's state file " + root + "/platform.json is damaged: ")
          .hasMessageContaining("Remedy: if no platform runs on this directory, delete the file");
      assertThat(directory.stateFile()).hasContent(damage);
    }
  }

  @Test
  void aDamagedRegistrationIsNamed() throws Exception {
    PlatformDirectory directory = new PlatformDirectory(root);
    directory.prepare();
    Files.writeString(directory.pipelines().resolve("orders.json"), "{\"name\": \"orders\"}");
    assertThatThrownBy(() -> start(ANY))
        .isInstanceOfSatisfying(MillraceException.class, has(ErrorCode.STATE_CORRUPT))
        .hasMessageStartingWith(
            "STATE_CORRUPT: the registration "
                + root
                + "/pipelines/orders.json is damaged: field project is missing");
    assertNothingIsLeft();
  }

  @Test
  void registrationsSurviveTheirFiles() {
    PipelineRegistry registry = new PipelineRegistry(root.resolve("pipelines"));
    assertThat(registry.list()).isEmpty();
    PipelineRegistration orders =
        new PipelineRegistration(
            "orders",
            Path.of("/projects/orders"),
            Map.of("topic", "orders", "bootstrap", "127.0.0.1:9092"),
            Path.of("/data/orders"),
            Duration.ofMillis(500));
    registry.register(orders);
    registry.register(orders);
    assertThat(registry.list()).containsExactly(orders);
    registry.remove("orders");
    registry.remove("orders");
    assertThat(registry.list()).isEmpty();
  }

  @Test
  void aRegistrationsNameCannotLeaveItsFolder() {
    assertThatThrownBy(
            () ->
                new PipelineRegistration("../orders", root, Map.of(), root, Duration.ofSeconds(1)))
        .hasMessage("\"../orders\" is no name of a pipeline");
  }

  /** Folders and the empty lock file may stay; nothing says that a platform runs. */
  private void assertNothingIsLeft() throws IOException {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> walk = Files.walk(root)) {
      walk.filter(Files::isRegularFile).forEach(f -> files.add(root.relativize(f).toString()));
    }
    files.remove("platform.lock");
    files.remove("pipelines/orders.json");
    assertThat(files).isEmpty();
    assertThat(PlatformLock.held(new PlatformDirectory(root).lockFile())).isFalse();
  }

  private void start(Ports ports) {
    start(new PlatformDirectory(root), ports);
  }

  private static void start(PlatformDirectory directory, Ports ports) {
    Platform.start(
            new Platform.Options(Home.fromLauncher(), directory, ports),
            (registration, platform) -> {
              throw new AssertionError("no pipeline is to be resumed");
            },
            new RecordedSteps())
        .close();
  }

  private static Consumer<MillraceException> has(ErrorCode code) {
    return e -> assertThat(e.code()).isEqualTo(code);
  }
}
