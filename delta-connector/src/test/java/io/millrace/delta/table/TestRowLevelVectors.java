package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** UPDATE and DELETE where deletion vectors list what left. */
class TestRowLevelVectors extends RowLevelContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.enableDeletionVectors", "true");
  }

  @Override
  boolean vectors() {
    return true;
  }

  @Test
  void theHistoryTellsAsSparkTells() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'x')");
    change("DELETE FROM t WHERE id = 2");
    JsonNode info = info(version());
    JsonNode metrics = info.path("operationMetrics");
    assertThat(info.path("operationParameters").path("predicate").asText())
        .isEqualTo("[\"`id` = CAST(2 AS BIGINT)\"]");
    assertThat(metrics.path("numDeletedRows").asText()).isEqualTo("1");
    assertThat(metrics.path("numDeletionVectorsAdded").asText()).isEqualTo("1");
    assertThat(metrics.path("numRemovedFiles").asText()).isEqualTo("0");
    assertThat(metrics.path("numCopiedRows").asText()).isEqualTo("0");

    change("UPDATE t SET name = 'z' WHERE id = 1");
    metrics = info(version()).path("operationMetrics");
    assertThat(metrics.path("numUpdatedRows").asText()).isEqualTo("1");
    assertThat(metrics.path("numAddedFiles").asText()).isEqualTo("1");
    assertThat(metrics.path("numDeletionVectorsUpdated").asText()).isEqualTo("1");
    // What is left of the first file goes as a whole.
    change("DELETE FROM t WHERE id = 3");
    metrics = info(version()).path("operationMetrics");
    assertThat(metrics.path("numRemovedFiles").asText()).isEqualTo("1");
    assertThat(metrics.path("numDeletionVectorsRemoved").asText()).isEqualTo("1");
    assertThat(rows()).containsExactly("+I[1, z, 1.00, x]");
  }

  @Test
  void aTableOnlyAppendedToRefuses() throws Exception {
    String options =
        "('connector' = 'delta', 'path' = '%s/log', 'delta.appendOnly' = 'true')".formatted(folder);
    stream.run("CREATE TABLE log_t (id BIGINT) WITH " + options);
    batch.run("CREATE TABLE log_t (id BIGINT) WITH " + options);
    stream.insert("INSERT INTO log_t VALUES (1), (2)");

    assertThatThrownBy(() -> change("DELETE FROM log_t WHERE id = 1"))
        .hasStackTraceContaining("TABLE_UNSUPPORTED: DELETE cannot change table")
        .hasStackTraceContaining("it is append-only");
    assertThatThrownBy(() -> change("DELETE FROM log_t"))
        .hasStackTraceContaining("it is append-only");
    assertThatThrownBy(() -> change("UPDATE log_t SET id = 1"))
        .hasStackTraceContaining("UPDATE cannot change table");
  }

  @Test
  void anUpdateKeepsConstraintsAndNamesColumnsThatItWouldLose() throws Exception {
    String options =
        "('connector' = 'delta', 'path' = '%s/c', 'delta.enableDeletionVectors' = 'true',"
                .formatted(folder)
            + " 'delta.constraints.positive' = 'id > 0')";
    stream.run("CREATE TABLE c (id BIGINT, name STRING NOT NULL) WITH " + options);
    batch.run("CREATE TABLE c (id BIGINT, name STRING NOT NULL) WITH " + options);
    batch.run("CREATE TABLE part (id BIGINT) WITH " + options);
    stream.insert("INSERT INTO c VALUES (1, 'a'), (2, 'b')");

    assertThatThrownBy(() -> change("UPDATE c SET id = -id WHERE id = 2"))
        .hasStackTraceContaining("CHECK_VIOLATED: a row does not meet constraint positive");
    assertThatThrownBy(() -> change("UPDATE part SET id = 3 WHERE id = 2"))
        .hasStackTraceContaining("would lose columns that are not declared: name");
    assertThat(batch.rows("SELECT * FROM c")).containsExactly("+I[1, a]", "+I[2, b]");
    change("DELETE FROM part WHERE id = 2");
    assertThat(batch.rows("SELECT * FROM c")).containsExactly("+I[1, a]");
  }
}
