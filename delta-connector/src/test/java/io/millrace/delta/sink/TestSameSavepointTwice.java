package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** Fault 6: two jobs begin where one has stopped, at the same time. */
class TestSameSavepointTwice {
  private static final NumberSource.Filler ROWS =
      (row, n) -> {
        row.setLong(0, n);
        row.setString(1, "name-" + n);
      };

  @TempDir private Path folder;

  @RepeatedTest(5)
  void oneGoesOnAndTheOtherIsToldWhy() throws Exception {
    var spec =
        new DeltaTableSpec(
            "orders",
            folder.resolve("orders").toString(),
            "test/orders",
            ExampleFiles.ROW_TYPE,
            List.of(),
            Map.of());
    String savepoint = new SinkJob(folder, spec, ROWS).numbers(0, 100).runAndStop();
    List<JobClient> jobs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      jobs.add(
          new SinkJob(folder, spec, ROWS)
              .parallelism(1)
              .numbers(0, 400)
              .perCheckpoint(100)
              .restoring(savepoint)
              .start());
    }

    List<ErrorCode> refusals = new ArrayList<>();
    for (JobClient job : jobs) {
      try {
        job.getJobExecutionResult().get();
      } catch (ExecutionException e) {
        MillraceException known = MillraceException.in(e);
        assertThat(known).as("%s", e).isNotNull();
        refusals.add(known.code());
      }
    }

    assertThat(refusals).hasSize(1);
    assertThat(refusals.get(0)).isIn(ErrorCode.SINK_FENCED, ErrorCode.STATE_BEHIND_TABLE);
    assertThat(SinkJob.rows(spec))
        .isEqualTo(LongStream.range(0, 400).mapToObj(n -> n + "|name-" + n).sorted().toList());
  }
}
