package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.ExampleFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestChecksums {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path table;

  /**
   * Kernel's transaction counts in the histogram of the version before it, in place: a checksum
   * written behind its back would tell of two versions at once, and the next writer that starts
   * from it could not remove a file any more.
   */
  @Test
  void aChecksumTellsOfOneVersionAlsoWhenTheNextCommitFollowsAtOnce() throws Exception {
    int versions = 150;
    try (TableCommitter committer = TableCommitter.open(CommitterFixture.upserts(table))) {
      for (int n = 1; n <= versions; n++) {
        // Sizes that no two versions share, and a file that goes with each one that comes.
        var file = new DataFile("f" + n, 1000 + 7L * n, 1, 1, ExampleFiles.stats(n));
        List<SupersededRows> gone =
            n < 3 ? List.of() : List.of(CommitterFixture.rows("f" + (n - 2), 0));
        committer.commit(CommitterFixture.change("run", n, n, List.of(file), gone));
      }
    }

    List<Path> checksums;
    try (Stream<Path> log = Files.list(table.resolve("_delta_log"))) {
      checksums = log.filter(path -> path.toString().endsWith(".crc")).toList();
    }
    assertThat(checksums).isNotEmpty();
    assertThat(checksums)
        .allSatisfy(
            path -> {
              JsonNode checksum = JSON.readTree(path.toFile());
              JsonNode histogram = checksum.get("fileSizeHistogram");
              assertThat(sum(histogram.get("fileCounts")))
                  .isEqualTo(checksum.get("numFiles").asLong());
              assertThat(sum(histogram.get("totalBytes")))
                  .isEqualTo(checksum.get("tableSizeBytes").asLong());
            });
  }

  private static long sum(JsonNode numbers) {
    long sum = 0;
    for (JsonNode number : numbers) {
      sum += number.asLong();
    }
    return sum;
  }
}
