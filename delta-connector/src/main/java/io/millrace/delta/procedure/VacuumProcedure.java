package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.maintenance.VacuumReport;
import java.util.Optional;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * {@code CALL sys.vacuum(`table` => …)}: deletes what no retained version needs. Without dry_run
 * one row, the table's folder; with it a row for each file that would be deleted.
 */
public final class VacuumProcedure implements Procedure {
  private final TablePaths tables;

  VacuumProcedure(TablePaths tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "retention", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "force", type = @DataTypeHint("BOOLEAN"), isOptional = true),
        @ArgumentHint(name = "dry_run", type = @DataTypeHint("BOOLEAN"), isOptional = true)
      },
      output = @DataTypeHint("ROW<`path` STRING>"))
  public Row[] call(
      ProcedureContext context,
      String table,
      @Nullable String retention,
      @Nullable Boolean force,
      @Nullable Boolean dryRun) {
    VacuumOptions options =
        new VacuumOptions(
            Optional.ofNullable(retention).map(text -> Arguments.duration("retention", text)),
            Boolean.TRUE.equals(force),
            Boolean.TRUE.equals(dryRun));
    String path = tables.find(table);
    try (MaintainedTable maintained = MaintainedTable.open(path)) {
      VacuumReport report = Vacuum.run(maintained, options, LoggedProgress.of("vacuum", table));
      return options.dryRun()
          ? report.unneeded().stream().map(file -> Row.of(path + "/" + file)).toArray(Row[]::new)
          : new Row[] {Row.of(path)};
    }
  }
}
