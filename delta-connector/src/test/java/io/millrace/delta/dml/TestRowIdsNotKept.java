package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids of rows where a table does not track them, and where a sink puts new rows in their place. */
class TestRowIdsNotKept {
  private static final String ROW_ID = ", r BIGINT METADATA FROM '_row_id' VIRTUAL";

  @TempDir Path folder;
  private final MergeSession session = new MergeSession();

  private String ddl(String name, String columns, String options) {
    return "CREATE TABLE %s (id BIGINT, name STRING%s) WITH ('connector' = 'delta', 'path' = '%s'%s)"
        .formatted(name, columns, folder, options);
  }

  @Test
  void idsThatATableDoesNotKnowAreRefused() {
    session.insert(ddl("t", "", ""), "INSERT INTO t VALUES (1, 'a')");
    session.run(ddl("asked", ROW_ID, ""));

    assertThatThrownBy(() -> session.rows("SELECT * FROM asked"))
        .hasMessageContaining(
            "TABLE_UNSUPPORTED: table %s does not track its rows, _row_id is not known of them"
                .formatted(folder));
  }

  @Test
  void aColumnOfThatNameIsNotTakenForTheId() {
    String ddl = ddl("t", ", _row_id BIGINT", ", 'delta.enableRowTracking' = 'true'");
    session.insert(ddl, "INSERT INTO t VALUES (1, 'a', 17)");
    session.run(ddl);

    assertThatThrownBy(() -> session.run("UPDATE t SET name = 'b'"))
        .hasMessageContaining(
            "TABLE_UNSUPPORTED: UPDATE cannot change table %s: it has a column _row_id"
                .formatted(folder));
    assertThat(session.rows("SELECT * FROM t")).containsExactly("+I[1, a, 17]");
  }

  @Test
  void aRowThatASinkReplacesByItsKeyGetsANewId() {
    String tracked = ", 'delta.enableRowTracking' = 'true'";
    String ddl = ddl("t", ", PRIMARY KEY (id) NOT ENFORCED", tracked);
    session.insert(ddl, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    session.insert(ddl, "INSERT INTO t VALUES (2, 'B')");
    session.run(ddl("asked", ROW_ID, tracked));

    assertThat(session.rows("SELECT * FROM asked")).hasSize(2).contains("+I[2, B, 2]");
    assertThat(session.rows("SELECT * FROM asked WHERE r IN (0, 1)"))
        .singleElement()
        .asString()
        .startsWith("+I[1, a, ");
  }
}
