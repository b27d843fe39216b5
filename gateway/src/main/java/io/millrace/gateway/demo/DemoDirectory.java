package io.millrace.gateway.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.RunningPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The platform directory of a demo, with a note of what the demo is, {@code demo.json}: the same
 * demo goes on in it, another one is refused.
 */
public final class DemoDirectory {
  private static final String NOTE = "demo.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PlatformDirectory platform;
  private final boolean resumed;

  private DemoDirectory(PlatformDirectory platform, boolean resumed) {
    this.platform = platform;
    this.resumed = resumed;
  }

  /**
   * Without a directory given, the one under the user's home, emptied of the demo before.
   *
   * @throws MillraceException CONFIG_INVALID if there is another demo or something else in the
   *     directory; ALREADY_RUNNING
   */
  public static DemoDirectory prepare(DemoOptions options) {
    return prepare(options, PlatformDirectory.ofUser().root().resolve("demo"), options.directory());
  }

  static DemoDirectory prepare(DemoOptions options, Path usual, @Nullable Path given) {
    PlatformDirectory platform = new PlatformDirectory(given == null ? usual : given);
    Path note = platform.root().resolve(NOTE);
    RunningPlatform.find(platform).ifPresent(state -> refuseRunning(platform, state.pid()));
    try {
      if (given == null && Files.exists(note)) {
        empty(platform.root());
      }
      ObjectNode wanted = note(options);
      if (Files.exists(note)) {
        JsonNode found = JSON.readTree(Files.readAllBytes(note));
        if (!found.toString().equals(wanted.toString())) {
          throw new MillraceException(
              ErrorCode.CONFIG_INVALID,
              "%s holds another demo: %s, not %s".formatted(platform.root(), found, wanted),
              "use another --dir, or the same --events, --poison and --seed to go on with it");
        }
        return new DemoDirectory(platform, true);
      }
      if (!isEmpty(platform.root())) {
        throw new MillraceException(
            ErrorCode.CONFIG_INVALID,
            platform.root() + " is not empty, and what is in it is no demo",
            "use another --dir");
      }
      Files.createDirectories(platform.root());
      Files.write(note, JSON.writeValueAsBytes(wanted));
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "the demo cannot use " + platform.root() + ": " + e,
          "choose another directory with --dir",
          e);
    }
    return new DemoDirectory(platform, false);
  }

  private static ObjectNode note(DemoOptions options) {
    return JSON.createObjectNode()
        .put("events", options.events())
        .put("poison_percent", options.poisonPercent())
        .put("seed", options.seed());
  }

  private static void refuseRunning(PlatformDirectory platform, long pid) {
    throw new MillraceException(
        ErrorCode.ALREADY_RUNNING,
        "process " + pid + " runs a platform on " + platform.root(),
        "stop it with bin/millrace down --dir " + platform.root() + ", or use another --dir");
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static void empty(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      if (!path.equals(folder)) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** Where the platform keeps everything. */
  public PlatformDirectory platform() {
    return platform;
  }

  /** True if a demo of the same options was there. */
  boolean resumed() {
    return resumed;
  }

  /** Where the tables are. */
  Path tables() {
    return platform.tables().resolve(Demo.PIPELINE);
  }
}
