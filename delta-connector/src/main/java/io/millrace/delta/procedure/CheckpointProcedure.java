package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.CheckpointReport;
import io.millrace.delta.kernel.MaintainedTable;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;

/** {@code CALL sys.checkpoint(`table` => …)}: writes a table checkpoint and expires old entries. */
public final class CheckpointProcedure implements Procedure {
  private final TablePaths tables;

  CheckpointProcedure(TablePaths tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @ProcedureHint(
      arguments = @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
      output = @DataTypeHint("ROW<`version` BIGINT, `deleted_log_files` BIGINT>"))
  public Row[] call(ProcedureContext context, String table) {
    try (MaintainedTable maintained = MaintainedTable.open(tables.find(table))) {
      CheckpointReport report = maintained.checkpoint();
      return new Row[] {Row.of(report.version(), report.deletedFiles())};
    }
  }
}
