package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** UPDATE and DELETE in a table with partitions, whose files are rewritten. */
class TestRowLevelPartitions extends RowLevelContract {
  @Override
  Map<String, String> properties() {
    return Map.of();
  }

  @Override
  String partitionedBy() {
    return "PARTITIONED BY (region)";
  }

  @Override
  boolean vectors() {
    return false;
  }

  @Test
  void aPartitionIsDeletedWithoutReadingIt() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'y'), (3, 'c', 3.00, CAST(NULL AS STRING))");

    change("DELETE FROM t WHERE region IS NULL");
    change("DELETE FROM t WHERE region = 'x'");

    assertThat(rows()).containsExactly("+I[2, b, 2.00, y]");
    JsonNode info = info(version());
    assertThat(info.path("operationMetrics").path("numRemovedFiles").asText()).isEqualTo("1");
    assertThat(info.path("operationMetrics").path("numDeletedRows").asText()).isEqualTo("1");
    assertThat(info.path("operationParameters").path("predicate").asText()).contains("region");
  }

  @Test
  void aRowAppendedToAnotherPartitionMeanwhileIsNoConflict() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'y')");
    Meanwhile.WHAT.set(() -> elsewhere(true, "INSERT INTO t VALUES (1, 'c', 3.00, 'y')"));

    change("DELETE FROM t WHERE region = 'x' AND id = 1 AND meanwhile(id)");

    assertThat(rows()).containsExactly("+I[1, c, 3.00, y]", "+I[2, b, 2.00, y]");
  }
}
