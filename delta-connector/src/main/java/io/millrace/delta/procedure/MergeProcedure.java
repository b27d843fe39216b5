package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.dml.MergeInto;
import io.millrace.delta.dml.MergeResult;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * {@code CALL sys.merge_into(`table` => …, source => …, `on` => …, clauses => …)}: MERGE INTO a
 * table. Clauses are separated by semicolons. The source is a table of the catalog, or a query of
 * such tables: a procedure does not see the views of the session that calls it.
 */
public final class MergeProcedure implements Procedure {
  private static final String TARGET = "t";
  private static final String SOURCE = "s";

  private final TablePaths tables;
  private final BatchSessions sessions;

  MergeProcedure(TablePaths tables, BatchSessions sessions) {
    this.tables = requireNonNull(tables, "tables is null");
    this.sessions = requireNonNull(sessions, "sessions is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "source", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "on", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "clauses", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "target_alias", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "source_alias", type = @DataTypeHint("STRING"), isOptional = true)
      },
      output =
          @DataTypeHint(
              "ROW<`num_affected_rows` BIGINT, `num_updated_rows` BIGINT,"
                  + " `num_deleted_rows` BIGINT, `num_inserted_rows` BIGINT>"))
  public Row[] call(
      ProcedureContext context,
      String table,
      String source,
      String on,
      String clauses,
      @Nullable String targetAlias,
      @Nullable String sourceAlias) {
    MergeResult result =
        MergeInto.run(
            sessions.open(context.getExecutionEnvironment()),
            tables.find(table),
            targetAlias == null ? TARGET : targetAlias,
            source,
            sourceAlias == null ? SOURCE : sourceAlias,
            on,
            Arguments.clauses(clauses));
    return new Row[] {
      Row.of(
          result.updated() + result.deleted() + result.inserted(),
          result.updated(),
          result.deleted(),
          result.inserted())
    };
  }
}
