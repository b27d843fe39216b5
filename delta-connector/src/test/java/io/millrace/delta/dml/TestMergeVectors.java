package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** MERGE where deletion vectors list what left. */
class TestMergeVectors extends MergeContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.enableDeletionVectors", "true");
  }

  @Test
  void whatCannotBeUnderstoodIsSaidBeforeAnythingRuns() {
    insert("(1, 'a', 1.00, 'x')");
    MergeInto merge = merge("(1, 'A', 10, 'x')");

    assertThatThrownBy(() -> MergeClause.parse("WHEN MATCHED THEN REPLACE"))
        .hasMessageContaining("SQL_SYNTAX: clause 'WHEN MATCHED THEN REPLACE' of a MERGE has")
        .hasMessageContaining("REPLACE where INSERT is expected");
    assertThatThrownBy(() -> MergeClause.parse("WHEN MATCHED THEN INSERT *"))
        .hasMessageContaining("SQL_SYNTAX");
    assertThatThrownBy(merge::execute).hasMessageContaining("has no clause");
    assertThatThrownBy(
            () ->
                merge("(1, 'A', 10, 'x')")
                    .when("WHEN MATCHED THEN DELETE")
                    .when("WHEN MATCHED THEN UPDATE SET *")
                    .execute())
        .hasMessageContaining("WHEN MATCHED of a MERGE has no condition and is not the last");
    assertThatThrownBy(
            () ->
                merge("(1, 'A', 10, 'x')")
                    .when("WHEN MATCHED THEN UPDATE SET amount = s.name")
                    .execute())
        .hasMessageContaining(
            "TYPE_MISMATCH: MERGE INTO %s: column amount is DECIMAL(10, 2)".formatted(folder));
    assertThatThrownBy(
            () ->
                merge("(1, 'A', 10, 'x')").when("WHEN MATCHED AND s.amount THEN DELETE").execute())
        .hasMessageContaining("TYPE_MISMATCH")
        .hasMessageContaining("and no condition");
    assertThatThrownBy(
            () -> merge("(1, 'A', 10, 'x')").when("WHEN MATCHED AND s.q > 1 THEN DELETE").execute())
        .hasMessageContaining("SQL_SYNTAX: MERGE INTO")
        .hasMessageContaining("Column 'q' not found");
    assertThatThrownBy(
            () ->
                MergeInto.run(
                    session.tables(),
                    folder.toString(),
                    "t",
                    "SELECT CAST(1 AS BIGINT) AS id",
                    "s",
                    "t.id = s.id",
                    List.of("WHEN MATCHED THEN UPDATE SET *")))
        .hasMessageContaining(
            "COLUMN_NOT_FOUND: the source of a MERGE has no column name, amount, region");
    assertThat(rows()).containsExactly("+I[1, a, 1.00, x]");
  }

  @Test
  void textsAreEnough() {
    insert("(1, 'a', 1.00, 'x')");
    session.run("CREATE TEMPORARY VIEW news AS SELECT CAST(1 AS BIGINT) AS id, 'THEN ,' AS word");

    MergeResult result =
        MergeInto.run(
            session.tables(),
            folder.toString(),
            "t",
            "news",
            "n",
            "t.id = n.id",
            List.of(
                "when matched and case when n.word = 'THEN ,' then true else false end"
                    + " then update set name = concat(n.word, '=', upper(t.name)), region = 'q'"));

    assertThat(result.updated()).isEqualTo(1);
    assertThat(rows()).containsExactly("+I[1, THEN ,=A, 1.00, q]");
  }
}
