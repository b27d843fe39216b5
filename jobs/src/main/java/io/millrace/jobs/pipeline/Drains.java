package io.millrace.jobs.pipeline;

import static java.util.Objects.requireNonNull;

import io.millrace.jobs.kafka.DrainListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which topics a bounded run has read to the end: a file each, which the source's coordinator
 * writes and whoever ends the run looks for.
 *
 * @param folder where the files are
 * @param sources a name for each source, of this run
 */
record Drains(Path folder, List<String> sources) {
  Drains {
    requireNonNull(folder, "folder is null");
    sources = List.copyOf(sources);
  }

  /** Forgets what an earlier run has left. */
  void clear() {
    try {
      Files.createDirectories(folder);
      for (String source : sources) {
        Files.deleteIfExists(file(source));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** True once all of them have; false if there are none, since such a run ends by itself. */
  boolean complete() {
    return !sources.isEmpty() && sources.stream().allMatch(source -> Files.exists(file(source)));
  }

  DrainListener listener(String source) {
    String file = file(source).toString();
    return drained -> {
      if (drained) {
        Files.write(Path.of(file), new byte[0]);
      } else {
        Files.deleteIfExists(Path.of(file));
      }
    };
  }

  private Path file(String source) {
    return folder.resolve(URLEncoder.encode(source, StandardCharsets.UTF_8));
  }
}
