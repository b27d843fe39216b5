package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ids of rows where deletion vectors list what left, and a feed lists what changed. */
class TestRowIdsVectors extends RowIdContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.enableDeletionVectors", "true", "delta.enableChangeDataFeed", "true");
  }

  @Test
  void filesOfChangesKnowNoIds() throws Exception {
    insert(1, 2);
    long before = known().get(2L).rowId();
    change("UPDATE t SET name = 'u' WHERE id = 2");
    session.run(
        ddl(
            "changes",
            ", what STRING METADATA FROM '_change_type' VIRTUAL,"
                + " row_id BIGINT METADATA FROM '_row_id' VIRTUAL",
            ", 'mode' = 'change-rows', 'starting-version' = '1'"));

    assertThat(session.rows("SELECT what, id, name, row_id FROM changes WHERE id = 2"))
        .containsExactly(
            "+I[insert, 2, n2, %d]".formatted(before),
            "+I[update_postimage, 2, u, null]",
            "+I[update_preimage, 2, n2, null]");
  }
}
