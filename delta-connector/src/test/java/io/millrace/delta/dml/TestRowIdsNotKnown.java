package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids of rows where a table does not track them. */
class TestRowIdsNotKnown {
  @Test
  void idsThatATableDoesNotKnowAreRefused(@TempDir Path folder) {
    MergeSession session = new MergeSession();
    String options = ") WITH ('connector' = 'delta', 'path' = '%s')".formatted(folder);
    session.insert("CREATE TABLE t (id BIGINT" + options, "INSERT INTO t VALUES (1)");
    session.run(
        "CREATE TABLE asked (id BIGINT, r BIGINT METADATA FROM '_row_id' VIRTUAL" + options);

    assertThatThrownBy(() -> session.rows("SELECT * FROM asked"))
        .hasMessageContaining(
            "TABLE_UNSUPPORTED: table %s does not track its rows, _row_id is not known of them"
                .formatted(folder));
  }
}
