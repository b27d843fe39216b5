package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** UPDATE and DELETE where files are rewritten. */
class TestRowLevelRewrite extends RowLevelContract {
  @Override
  Map<String, String> properties() {
    return Map.of();
  }

  @Override
  boolean vectors() {
    return false;
  }

  @Test
  void theHistoryTellsAsSparkTells() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'x')");
    insert("(4, 'd', 4.00, 'x')");
    change("DELETE FROM t WHERE id = 2");
    JsonNode metrics = info(version()).path("operationMetrics");
    assertThat(metrics.path("numDeletedRows").asText()).isEqualTo("1");
    assertThat(metrics.path("numCopiedRows").asText()).isEqualTo("2");
    assertThat(metrics.path("numRemovedFiles").asText()).isEqualTo("1");
    assertThat(metrics.path("numAddedFiles").asText()).isEqualTo("1");
    assertThat(metrics.path("numDeletionVectorsAdded").asText()).isEqualTo("0");
  }
}
