package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Ids of rows where files are rewritten. */
class TestRowIdsRewrite extends RowIdContract {
  @Override
  Map<String, String> properties() {
    return Map.of();
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
