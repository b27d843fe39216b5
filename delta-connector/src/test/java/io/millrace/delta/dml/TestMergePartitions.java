package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.maintenance.OptimizeOptions;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** MERGE into a table with partitions that maps its column names. */
class TestMergePartitions extends MergeContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.columnMapping.mode", "name", "delta.enableDeletionVectors", "true");
  }

  @Override
  String partitionedBy() {
    return "PARTITIONED BY (region)";
  }

  @Test
  void filesOfAnotherPartitionThatWereRewrittenMeanwhileAreNoConflict() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'y')");
    insert("(3, 'c', 3.00, 'x'), (4, 'd', 4.00, 'y')");
    OptimizeOptions others =
        new OptimizeOptions(OptionalLong.empty(), false, Map.of("region", "y"), 0, false);
    Meanwhile.WHAT.set(() -> optimize(others));

    MergeResult result =
        merge("(1, 'A', 10, 'x'), (3, 'C', 30, 'z'), (5, 'E', 50, 'x')")
            .on("t.id = s.id AND meanwhile(t.id)")
            .when("WHEN MATCHED THEN UPDATE SET *")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();

    assertThat(result.rounds()).isEqualTo(1);
    assertThat(info(result.version().orElseThrow() - 1).path("operation").asText())
        .isEqualTo("OPTIMIZE");
    assertThat(rows())
        .containsExactly(
            "+I[1, A, 10.00, x]",
            "+I[2, b, 2.00, y]",
            "+I[3, C, 30.00, z]",
            "+I[4, d, 4.00, y]",
            "+I[5, E, 50.00, x]");
  }
}
