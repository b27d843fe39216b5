package io.millrace.delta.sink;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.MaintainedTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a commit takes, alone and beside seven other processes, and what opening a table takes that
 * has 10,000 log entries. Arguments: file to append results to, folder for the tables, commits.
 *
 * <p>Commits are of one file each, as a sink makes them: table checkpoints every 50 versions,
 * checksums and all syncs included; the log is not cleaned. Opening is counted in CPU milliseconds
 * of the thread, after 200 rounds of warming up.
 */
public final class CommitBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PROCESSES = 8;
  private static final int WARM_UP = 200;
  private static final int OPENS = 200;

  private final Path results;

  private CommitBenchmark(Path results) {
    this.results = results;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[1]), "commits");
    int commits = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10_000;
    try {
      CommitBenchmark benchmark = new CommitBenchmark(Path.of(arguments[0]));
      Path table = folder.resolve("alone");
      benchmark.alone(table, commits);
      benchmark.open(table);
      benchmark.processes(folder.resolve("shared"), Math.min(commits, 5_000));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static DeltaTableSpec spec(Path table) {
    return new DeltaTableSpec(
        "alone",
        table.toString(),
        "benchmark/alone",
        ExampleFiles.ROW_TYPE,
        List.of(),
        Map.of("delta.enableExpiredLogCleanup", "false"));
  }

  private void alone(Path table, int commits) throws IOException {
    long[] nanos = new long[commits];
    try (TableCommitter committer = TableCommitter.open(spec(table))) {
      for (int i = 0; i < commits; i++) {
        DataFile file =
            new DataFile("part-%05d.parquet".formatted(i), 1_000, 1, 1, ExampleFiles.stats(i));
        TableCommittable committable =
            new TableCommittable("alone", "only", i + 1, i + 1, List.of(file), List.of(), Map.of());
        long start = System.nanoTime();
        committer.commit(committable);
        nanos[i] = System.nanoTime() - start;
      }
      if (committer.maintenanceFailures() > 0) {
        throw new IllegalStateException("maintenance failed");
      }
    }
    int part = Math.max(1, (commits - 10) / 10);
    for (int from = 10; from + part <= commits; from += part) {
      ObjectNode line = line("commit, one process");
      line.put("from_commit", from).put("to_commit", from + part);
      write(latencies(line, Arrays.copyOfRange(nanos, from, from + part)));
    }
    ObjectNode all = line("commit, one process");
    all.put("from_commit", 10).put("to_commit", commits);
    write(latencies(all, Arrays.copyOfRange(nanos, Math.min(10, commits - 1), commits)));
  }

  private void open(Path table) throws IOException {
    try (MaintainedTable opened = MaintainedTable.open(table.toString())) {
      long version = opened.latest().version();
      long entries;
      try (Stream<Path> names = Files.list(table.resolve("_delta_log"))) {
        entries = names.count();
      }
      for (String what : List.of("snapshot", "snapshot and files")) {
        long[] cpu = new long[OPENS];
        long[] wall = new long[OPENS];
        boolean files = what.endsWith("files");
        for (int i = -WARM_UP; i < OPENS; i++) {
          long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
          long wallBefore = System.nanoTime();
          var state = opened.latest();
          if (files && state.files().size() != version) {
            throw new IllegalStateException("each version has added a file");
          }
          if (i >= 0) {
            cpu[i] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore;
            wall[i] = System.nanoTime() - wallBefore;
          }
        }
        ObjectNode line = line("open, " + what);
        line.put("version", version).put("names_in_log", entries);
        line.put("cpu_p50_ms", millis(percentile(cpu, 50)));
        line.put("cpu_p99_ms", millis(percentile(cpu, 99)));
        write(latencies(line, wall));
      }
    }
  }

  private void processes(Path table, int commits) throws IOException, InterruptedException {
    long start = System.nanoTime();
    List<Long> nanos = new ArrayList<>();
    for (var made : AppendingProcesses.run(table.toString(), PROCESSES, commits / PROCESSES)) {
      made.forEach(one -> nanos.add(one.nanos()));
    }
    ObjectNode line = line("commit, 8 processes on one table");
    line.put("wall_s", (System.nanoTime() - start) / 1_000_000 / 1e3);
    write(latencies(line, nanos.stream().mapToLong(n -> n).toArray()));
  }

  private static ObjectNode line(String part) {
    ObjectNode line = JSON.createObjectNode();
    line.put("at", LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.put("part", part);
    line.put("load", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    return line;
  }

  private static ObjectNode latencies(ObjectNode line, long[] nanos) {
    return line.put("count", nanos.length)
        .put("p50_ms", millis(percentile(nanos, 50)))
        .put("p99_ms", millis(percentile(nanos, 99)))
        .put("max_ms", millis(percentile(nanos, 100)));
  }

  private static long percentile(long[] values, int percent) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e4) / 100.0;
  }

  private void write(ObjectNode line) throws IOException {
    String text = JSON.writeValueAsString(line);
    System.out.println(text);
    Files.writeString(results, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
