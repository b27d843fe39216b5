package io.millrace.delta.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.utils.CloseableIterator;
import io.millrace.delta.DataFile;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault 25: whatever a table checkpoint is made from cannot be read to its end. */
class TestCheckpointFailures {
  private static final int COMMITS = 6;

  @TempDir private Path folder;

  private TableLog open(String policy, int interval) {
    return TableLog.open(
        new TableDefinition(
            "orders",
            folder.toString(),
            ExampleFiles.ROW_TYPE,
            false,
            Map.of(
                "delta.checkpointPolicy",
                policy,
                "delta.checkpointInterval",
                Integer.toString(interval))),
        CommitStores.forTable(folder.toString()),
        Clock.systemUTC());
  }

  private void append(TableLog log, long id) {
    DataFile file = ExampleFiles.write(folder, "f" + id + ".parquet", id);
    LiveFile live = LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats());
    assertThat(
            log.commit(
                new TableChange(
                    List.of(), List.of(live), Map.of(), "W", Map.of(), Map.of(), Map.of())))
        .isTrue();
  }

  private Path entry(long version) {
    return folder.resolve("_delta_log/%020d.json".formatted(version));
  }

  /** All that is in the log's folder and below, but for entries and their checksums. */
  private List<String> checkpointFiles() throws IOException {
    Path log = folder.resolve("_delta_log");
    try (Stream<Path> files = Files.walk(log)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> log.relativize(file).toString())
          .filter(name -> !name.matches("\\d{20}\\.(json|crc)"))
          .sorted()
          .toList();
    }
  }

  private List<Long> ids() throws IOException {
    List<Long> ids = new ArrayList<>();
    try (var rows =
        KernelTableReader.open(folder.toString()).rows(List.of("id"), OptionalLong.empty())) {
      rows.forEachRemaining(row -> ids.add((Long) row[0]));
    }
    ids.sort(null);
    return ids;
  }

  /** Batches of rows, one for each entry, and then a failure instead of the next one. */
  private static final class Failing implements CloseableIterator<FilteredColumnarBatch> {
    private final Iterator<FilteredColumnarBatch> batches;
    private long left;

    Failing(List<FilteredColumnarBatch> batches, long left) {
      this.batches = batches.iterator();
      this.left = left;
    }

    @Override
    public boolean hasNext() {
      if (left == 0) {
        throw new UncheckedIOException(new IOException("bad sector"));
      }
      return batches.hasNext();
    }

    @Override
    public FilteredColumnarBatch next() {
      left--;
      return batches.next();
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "v2"})
  void whereverReadingFailsNothingBecomesVisible(String policy) throws Exception {
    try (TableLog log = open(policy, 1000)) {
      for (long id = 1; id <= COMMITS; id++) {
        append(log, id);
      }
    }
    Engine usual = new MillraceEngine(new FlinkFileIO());
    Snapshot latest = TableManager.loadSnapshot(folder.toString()).build(usual);
    String checkpoint =
        folder.resolve("_delta_log/%020d.checkpoint.parquet".formatted(COMMITS)).toString();
    List<FilteredColumnarBatch> batches = new ArrayList<>();
    for (long version = COMMITS; version >= 0; version--) {
      String entry = entry(version).toString();
      try (var read =
          usual
              .getJsonHandler()
              .readJsonFiles(
                  Utils.singletonCloseableIterator(
                      usual.getFileSystemClient().getFileStatus(entry)),
                  SingleAction.CHECKPOINT_SCHEMA,
                  Optional.empty())) {
        read.forEachRemaining(
            batch -> batches.add(new FilteredColumnarBatch(batch, Optional.empty())));
      }
    }
    assertThat(batches).hasSize(COMMITS + 1);
    Engine writing =
        new CheckpointEngine(
            usual, Optional.empty(), SidecarCheckpoint.of(usual, (SnapshotImpl) latest));
    for (int read = 0; read <= batches.size(); read++) {
      Failing rows = new Failing(batches, read);
      assertThatThrownBy(
              () -> writing.getParquetHandler().writeParquetFileAtomically(checkpoint, rows))
          .as("after %d of %d batches", read, batches.size())
          .hasStackTraceContaining("bad sector");
      assertThat(checkpointFiles()).as("after %d of %d batches", read, batches.size()).isEmpty();
    }

    // The same rows to their end are a checkpoint, which is enough to read the table.
    writing
        .getParquetHandler()
        .writeParquetFileAtomically(checkpoint, new Failing(batches, Long.MAX_VALUE));
    for (long version = 0; version < COMMITS; version++) {
      Files.delete(entry(version));
    }
    assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "v2"})
  void aTornEntryInTheMiddleKeepsTheCheckpointAwayUntilItIsMended(String policy) throws Exception {
    byte[] whole;
    TableLog first = open(policy, 4);
    try (first) {
      for (long id = 1; id <= 3; id++) {
        append(first, id);
      }
      whole = Files.readAllBytes(entry(1));
      Files.write(entry(1), Arrays.copyOf(whole, whole.length / 2));
      append(first, 4);
    }
    assertThat(first.maintenanceFailures()).isPositive();
    assertThat(checkpointFiles()).isEmpty();

    Files.write(entry(1), whole);
    TableLog second = open(policy, 4);
    try (second) {
      append(second, 5);
    }
    assertThat(second.maintenanceFailures()).isZero();
    assertThat(checkpointFiles()).contains("%020d.checkpoint.parquet".formatted(5));
    for (long version = 0; version < 5; version++) {
      Files.delete(entry(version));
    }
    assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }
}
