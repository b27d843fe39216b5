package io.millrace.delta.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLocalCommitStore extends CommitStoreContract {
  private static final int PROCESSES = 3;
  private static final int VERSIONS = 400;

  @TempDir Path folder;

  @Override
  protected CommitStore open() {
    return new LocalCommitStore(folder.resolve("_delta_log"));
  }

  @Override
  protected List<String> visibleNames() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("_delta_log"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void nothingIsLeftBesideTheEntry() throws Exception {
    open().putIfAbsent(0, new byte[] {1});
    open().putIfAbsent(0, new byte[] {2});

    assertThat(visibleNames()).containsExactly("00000000000000000000.json");
  }

  @Test
  void aTornStagingFileOfAKilledWriterIsNoEntry() throws Exception {
    Path entry = folder.resolve("_delta_log").resolve("%020d.json".formatted(0));
    Files.createDirectories(entry.getParent());
    Path torn = DurableFiles.stagingPath(entry);
    Files.writeString(torn, "{\"commitIn");

    assertThat(open().read(0)).isEmpty();
    assertThat(open().putIfAbsent(0, "whole".getBytes(UTF_8))).isTrue();
    assertThat(open().read(0)).hasValue("whole".getBytes(UTF_8));
    assertThat(torn.getFileName().toString()).startsWith(".");
    assertThat(DurableFiles.isStaging(torn)).isTrue();
    assertThat(DurableFiles.isStaging(entry)).isFalse();
  }

  /** RLIMIT_FSIZE fails a write as a full disk does, without needing a disk of our own. */
  @Test
  void aFullDiskLeavesNothing() throws Exception {
    int exit =
        start("ulimit -f 8; ", "full", folder.resolve("_delta_log").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start()
            .waitFor();

    assertThat(Files.readString(folder.resolve("out")))
        .contains("full: true")
        .contains("DISK_FULL");
    assertThat(exit).isZero();
    assertThat(visibleNames()).isEmpty();
  }

  @Test
  void oneProcessWinsEachVersion() throws Exception {
    List<Process> processes = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        processes.add(
            start("", "compete", folder.resolve("_delta_log").toString(), "" + i, "" + VERSIONS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
      }
      int wins = 0;
      List<BufferedReader> outputs = new ArrayList<>();
      for (Process process : processes) {
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(out.readLine()).isEqualTo("ready");
        outputs.add(out);
      }
      for (Process process : processes) {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
      }
      List<String> winners = new ArrayList<>();
      for (BufferedReader out : outputs) {
        winners.add(out.readLine());
      }
      for (int i = 0; i < PROCESSES; i++) {
        String won = winners.get(i).strip();
        for (String version : won.isEmpty() ? new String[0] : won.split(" ")) {
          wins++;
          assertThat(open().read(Long.parseLong(version)))
              .hasValue(("" + i).repeat(100).getBytes(UTF_8));
        }
      }

      assertThat(wins).isEqualTo(VERSIONS);
      assertThat(visibleNames()).hasSize(VERSIONS);
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  private static ProcessBuilder start(String shell, String... arguments) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "%sexec '%s' -Xmx64m -XX:TieredStopAtLevel=1 -cp '%s' %s '%s'"
            .formatted(
                shell,
                java,
                System.getProperty("java.class.path"),
                CommitStoreProcess.class.getName(),
                String.join("' '", arguments));
    return new ProcessBuilder("bash", "-c", command);
  }

  @Test
  void storesAreKnownByScheme() {
    assertThat(CommitStores.forTable("/tmp/t")).isInstanceOf(LocalCommitStore.class);
    assertThat(CommitStores.forTable("file:///tmp/t")).isInstanceOf(LocalCommitStore.class);
  }

  @Test
  void anUnknownSchemeIsRefused() {
    assertThatThrownBy(() -> CommitStores.forTable("gs://bucket/t"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED))
        .hasMessage(
            "TABLE_UNSUPPORTED: table gs://bucket/t is on 'gs', for which there is no commit store"
                + "\n  Remedy: keep the table on a local file system (an absolute path, or"
                + " file:///...) or on S3 (s3://bucket/folder)");
  }
}
