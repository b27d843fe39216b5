package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every way of writing a table owes: the rows that came, each once, whatever fails in between,
 * whoever goes on with the state and however many they are. One subclass for each kind of sink.
 */
abstract class SinkContract {
  @TempDir private Path folder;

  /** The table, in a folder. */
  abstract DeltaTableSpec spec(String path);

  /** The rows of the numbers from 0 upwards, in order. */
  abstract NumberSource.Filler rows();

  /**
   * What the table holds when the rows below a number have come, as {@link SinkJob#rows} has it.
   */
  abstract List<String> expected(long end);

  private DeltaTableSpec table() {
    return spec(folder.resolve("table").toString());
  }

  private SinkJob job() {
    return new SinkJob(folder, table(), rows());
  }

  private void assertHolds(long end) {
    assertThat(SinkJob.rows(table())).isEqualTo(expected(end));
  }

  @Test
  void theLastRowsOfABoundedJobAreThere() throws Exception {
    job().numbers(0, 10).checkpointEvery(Duration.ofMinutes(10)).run();

    assertHolds(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"row#777", "prepared#2", "stored#2", "committed#2"})
  void everyRowCountsOnceWhereverTheJobFails(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    SinkJob job =
        job()
            .numbers(0, 1_500)
            .perCheckpoint(300)
            .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])));

    job.run();

    assertThat(job.probe().faultsLeft()).isZero();
    assertHolds(1_500);
  }

  @Test
  void anotherJobGoesOnFromARetainedCheckpoint() throws Exception {
    SinkJob cancelled = job().numbers(0, 1_000).perCheckpoint(300).endless();
    JobClient client = cancelled.start();
    SinkJob.await(client, () -> cancelled.probe().committed.size() >= 2);
    client.cancel().get();
    SinkJob.awaitEnd(client);

    job().numbers(0, 1_500).restoring(SinkJob.latestCheckpoint(folder, client.getJobID())).run();

    assertHolds(1_500);
  }

  @Test
  void theParallelismMayChange() throws Exception {
    String two = job().numbers(0, 500).perCheckpoint(200).runAndStop();
    String three =
        job()
            .parallelism(3)
            .numbers(0, 1_000)
            .perCheckpoint(200)
            .restoring(two)
            .emitting(500)
            .runAndStop();
    job().parallelism(1).numbers(0, 1_500).perCheckpoint(200).restoring(three).run();

    assertHolds(1_500);
  }

  @Test
  void aStartWithoutStateLosesNothing() throws Exception {
    job().numbers(0, 300).perCheckpoint(100).run();
    job().numbers(300, 500).run();

    assertHolds(500);
  }

  @Test
  void stateThatIsOlderThanTheTableIsRefused() throws Exception {
    String older = job().numbers(0, 100).runAndStop();
    job().numbers(0, 200).restoring(older).run();

    assertThatThrownBy(() -> job().numbers(0, 200).restoring(older).run())
        .satisfies(
            failure -> {
              MillraceException known = MillraceException.in(failure);
              assertThat(known).as("%s", failure).isNotNull();
              assertThat(known.code()).isEqualTo(ErrorCode.STATE_BEHIND_TABLE);
            });
    assertHolds(200);
  }
}
