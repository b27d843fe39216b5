package io.millrace.delta.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.InMemoryS3;
import io.millrace.delta.log.InMemoryS3.Condition;
import io.millrace.delta.log.ObjectStores;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.SourceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole jobs on S3, as a user has them: data files through the plugin {@code flink-s3-fs-hadoop},
 * log entries through the AWS SDK.
 */
class TestS3Jobs {
  static final Path PLUGINS = Path.of("target", "plugins").toAbsolutePath();
  private static final RowType TYPE = ExampleFiles.ROW_TYPE;
  private static final NumberSource.Filler ROWS =
      (row, n) -> {
        row.setLong(0, n);
        row.setString(1, "name-" + n);
      };

  /** Number n gives id n mod 50 another name. */
  private static final NumberSource.Filler CHANGES =
      (row, n) -> {
        row.setLong(0, n % 50);
        row.setString(1, "name-" + n);
      };

  @TempDir private Path folder;
  private InMemoryS3 s3;

  @BeforeEach
  void start() throws IOException {
    use(Condition.HONOURED);
  }

  private void use(Condition condition) throws IOException {
    if (s3 != null) {
      s3.close();
    }
    s3 = new InMemoryS3(condition);
    ObjectStores.initialize(s3.configuration(), PLUGINS);
  }

  @AfterEach
  void stop() {
    CommitStores.initialize(null);
    FileSystem.initialize(new Configuration(), null);
    s3.close();
  }

  private static DeltaTableSpec spec(String... key) {
    return new DeltaTableSpec(
        "orders",
        "s3://bucket/lake/orders",
        "test/orders",
        TYPE,
        List.of(key),
        Map.of("delta.checkpointInterval", "5"));
  }

  private static List<String> rows() throws Exception {
    return SourceTable.rows(DeltaSource.builder(spec().path()).build(), TYPE);
  }

  private static List<String> appended(long to) {
    return LongStream.range(0, to).mapToObj(n -> "[%d, name-%d]".formatted(n, n)).sorted().toList();
  }

  private static List<String> upserted(long to) {
    return LongStream.range(to - 50, to)
        .mapToObj(n -> "[%d, name-%d]".formatted(n % 50, n))
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"row#700", "committed#3"})
  void appendedRowsAreThereOnceWhereverTheJobFails(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    SinkJob job =
        new SinkJob(folder, spec(), ROWS)
            .numbers(0, 1_000)
            .perCheckpoint(150)
            .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])));

    job.run();

    assertThat(job.probe().faultsLeft()).isZero();
    assertThat(rows()).isEqualTo(appended(1_000));
  }

  @Test
  void upsertedRowsAreReplacedAcrossRestartsAndTheTableIsLookedAfter() throws Exception {
    SinkJob first = new SinkJob(folder, spec("id"), CHANGES).numbers(0, 300).perCheckpoint(60);
    String savepoint = first.probe(new Probe().failAt("committed", 2)).runAndStop();
    new SinkJob(folder, spec("id"), CHANGES)
        .parallelism(1)
        .numbers(0, 600)
        .perCheckpoint(60)
        .restoring(savepoint)
        .run();
    assertThat(rows()).isEqualTo(upserted(600));
    assertThat(s3.names())
        .contains("bucket/lake/orders/_delta_log/_last_checkpoint")
        .anyMatch(name -> name.endsWith(".checkpoint.parquet"))
        .anyMatch(name -> name.endsWith(".bin"));

    long before = dataFiles();
    try (MaintainedTable table = MaintainedTable.open(spec().path())) {
      var all = new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 1, false);
      assertThat(Optimize.run(table, all, Progress.SILENT).commits()).isPositive();
      assertThat(rows()).isEqualTo(upserted(600));
      var now = new VacuumOptions(Optional.of(Duration.ZERO), true, false);
      assertThat(Vacuum.run(table, now, Progress.SILENT).deletedFiles()).isPositive();
    }

    assertThat(dataFiles()).isEqualTo(1).isLessThan(before);
    assertThat(rows()).isEqualTo(upserted(600));
    assertThat(KernelTableReader.history(spec().path(), 3))
        .extracting(CommitEntry::operation)
        .containsExactly("VACUUM END", "VACUUM START", "OPTIMIZE");
  }

  private long dataFiles() {
    return s3.names().stream()
        .filter(name -> name.endsWith(".parquet") && !name.contains("/_delta_log/"))
        .count();
  }

  /** Fault 42: 500, 503, resets, lost answers, half bodies, one in fifteen requests of any kind. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aStoreThatFailsNowAndThenCostsTimeAndNothingElse(long seed) throws Exception {
    s3.failOneIn(15, seed);
    new SinkJob(folder, spec("id"), CHANGES).numbers(0, 300).perCheckpoint(100).run();
    new SinkJob(folder, spec("id"), CHANGES).numbers(300, 500).perCheckpoint(100).run();

    assertThat(rows()).isEqualTo(upserted(500));
    assertThat(s3.faults()).isGreaterThan(5);
  }

  /** Fault 15 on S3. */
  @Test
  void everyCommitOfFourProcessesHasAVersionOfItsOwnAndItsRow() throws Exception {
    int commits = Integer.getInteger("millrace.s3.writers.commits", 5);
    Path conf = Files.createDirectory(folder.resolve("conf"));
    List<String> lines = new ArrayList<>();
    s3.configuration().toMap().forEach((key, value) -> lines.add(key + ": " + value));
    Files.write(conf.resolve("config.yaml"), lines);

    List<Long> versions = new ArrayList<>();
    AppendingProcesses.run(spec().path(), 4, commits, conf.toString(), PLUGINS.toString())
        .forEach(made -> made.forEach(one -> versions.add(one.version())));

    versions.sort(null);
    assertThat(versions)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 4L * commits).boxed().toList());
    assertThat(SourceTable.rows(DeltaSource.builder(spec().path()).build(), AppendingProcess.TYPE))
        .isEqualTo(
            IntStream.range(0, 4)
                .boxed()
                .flatMap(
                    process ->
                        LongStream.rangeClosed(1, commits)
                            .mapToObj(sequence -> "[%d, %d]".formatted(process, sequence)))
                .sorted()
                .toList());
  }

  @Test
  void aStoreWithoutConditionsHasOneWritingProcess() throws Exception {
    use(Condition.IGNORED);
    new SinkJob(folder, spec(), ROWS).numbers(0, 100).run();
    assertThat(rows()).isEqualTo(appended(100));
    assertThat(s3.names()).contains("bucket/lake/orders/_delta_log/.millrace-writer");

    s3.put("bucket/lake/orders/_delta_log/.millrace-writer", "another process".getBytes(UTF_8));

    assertThatThrownBy(() -> new SinkJob(folder, spec(), ROWS).numbers(100, 200).run())
        .satisfies(
            failure ->
                assertThat(MillraceException.in(failure).code())
                    .isEqualTo(ErrorCode.COMMIT_CONFLICT));
    assertThat(rows()).isEqualTo(appended(100));
  }
}
