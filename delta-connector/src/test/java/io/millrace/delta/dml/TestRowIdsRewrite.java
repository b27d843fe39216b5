package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids of rows where files are rewritten. */
class TestRowIdsRewrite extends RowIdContract {
  @Override
  Map<String, String> properties() {
    return Map.of();
  }

  @Test
  void idsAreShownByATableThatIsLikeTheOneThatIsChanged(@TempDir Path other) throws Exception {
    session.run(
        """
        CREATE TABLE visitors (name STRING, country STRING)
          WITH ('connector' = 'delta', 'path' = '%s', 'delta.enableRowTracking' = 'true')
        """
            .formatted(other));
    session.run(
        """
        CREATE TABLE visitors_with_ids (
          row_id BIGINT METADATA FROM '_row_id' VIRTUAL,
          row_version BIGINT METADATA FROM '_row_commit_version' VIRTUAL
        ) LIKE visitors
        """);
    change("INSERT INTO visitors VALUES ('ann', 'CH'), ('bob', 'DE'), ('cleo', 'AT')");
    change("UPDATE visitors SET country = 'CH' WHERE name = 'bob'");
    change("DELETE FROM visitors WHERE name = 'cleo'");

    assertThat(session.rows("SELECT name, country, row_id, row_version FROM visitors_with_ids"))
        .containsExactly("+I[ann, CH, 0, 1]", "+I[bob, CH, 1, 2]");
    insert(1);
  }

  @Test
  void rowsCanBeLookedForByTheirIds() throws Exception {
    insert(1, 2, 3);
    change("UPDATE t SET name = 'u' WHERE id = 2");
    Map<Long, Known> known = new TreeMap<>(known());

    for (long id : List.of(1L, 2L)) {
      assertThat(session.rows("SELECT id FROM tracked WHERE row_id = " + known.get(id).rowId()))
          .containsExactly("+I[%d]".formatted(id));
    }
    assertThat(session.rows("SELECT id FROM tracked WHERE row_version = 2"))
        .containsExactly("+I[2]");
  }
}
