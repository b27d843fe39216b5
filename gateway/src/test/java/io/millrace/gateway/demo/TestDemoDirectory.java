package io.millrace.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDemoDirectory {
  @TempDir Path folder;

  @Test
  void theUsualDirectoryIsFreshEachTime() throws IOException {
    Path usual = folder.resolve("demo");
    DemoDirectory.prepare(options(10), usual, null);
    Files.createDirectories(usual.resolve("tables/flights/bronze"));

    DemoDirectory again = DemoDirectory.prepare(options(10), usual, null);

    assertThat(again.resumed()).isFalse();
    assertThat(usual.resolve("tables")).doesNotExist();
  }

  @Test
  void aGivenDirectoryIsResumed() throws IOException {
    assertThat(DemoDirectory.prepare(options(10), folder, folder).resumed()).isFalse();
    Files.createDirectories(folder.resolve("tables/flights/bronze"));

    assertThat(DemoDirectory.prepare(options(10), folder, folder).resumed()).isTrue();
    assertThat(folder.resolve("tables/flights/bronze")).exists();
  }

  @Test
  void refusesAnotherDemo() {
    DemoDirectory.prepare(options(10), folder, folder);

    assertThatThrownBy(() -> DemoDirectory.prepare(options(20), folder, folder))
        .hasMessage(
            "CONFIG_INVALID: "
                + folder
                + " holds another demo: {\"events\":10,\"poison_percent\":1.0,\"seed\":1},"
                + " not {\"events\":20,\"poison_percent\":1.0,\"seed\":1}\n"
                + "  Remedy: use another --dir, or the same --events, --poison and --seed to go on"
                + " with it");
  }

  @Test
  void deletesNothingThatIsNoDemo() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "years");

    assertThatThrownBy(() -> DemoDirectory.prepare(options(10), folder, null))
        .hasMessage(
            "CONFIG_INVALID: "
                + folder
                + " is not empty, and what is in it is no demo\n  Remedy: use another --dir");
    assertThat(folder.resolve("thesis.txt")).exists();
  }

  private static DemoOptions options(long events) {
    return new DemoOptions(events, 0, 1, 1, false, false, null, null);
  }
}
