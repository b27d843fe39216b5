package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.SourceTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fault 15: processes that know nothing of each other append to one table. {@code
 * -Dmillrace.writers.commits=625} makes it 5,000 commits.
 */
class TestWriterProcesses {
  private static final int PROCESSES = 8;

  @TempDir private Path folder;

  @Test
  void everyCommitOfEightProcessesHasAVersionOfItsOwnAndItsRow() throws Exception {
    int commits = Integer.getInteger("millrace.writers.commits", 20);
    String table = folder.resolve("shared").toString();

    List<Long> versions = new ArrayList<>();
    for (List<AppendingProcesses.Made> made : AppendingProcesses.run(table, PROCESSES, commits)) {
      assertThat(made).hasSize(commits);
      versions.addAll(made.stream().map(AppendingProcesses.Made::version).toList());
    }

    versions.sort(null);
    assertThat(versions)
        .as("one winner for each version, and no gap")
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, (long) PROCESSES * commits).boxed().toList());
    assertThat(entries(table)).hasSize(PROCESSES * commits + 1);
    List<String> expected =
        IntStream.range(0, PROCESSES)
            .boxed()
            .flatMap(
                process ->
                    LongStream.rangeClosed(1, commits)
                        .mapToObj(sequence -> "[%d, %d]".formatted(process, sequence)))
            .sorted()
            .toList();
    assertThat(SourceTable.rows(DeltaSource.builder(table).build(), AppendingProcess.TYPE))
        .isEqualTo(expected);
    assertThat(KernelTableReader.describe(table).rows()).hasValue(expected.size());
  }

  private static List<Path> entries(String table) throws Exception {
    try (Stream<Path> files = Files.list(Path.of(table, "_delta_log"))) {
      return files.filter(file -> file.toString().endsWith(".json")).toList();
    }
  }
}
