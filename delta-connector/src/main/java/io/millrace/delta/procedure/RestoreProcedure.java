package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Restore;
import io.millrace.delta.maintenance.RestoreReport;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/** {@code CALL sys.restore(`table` => …, `version` => …)}: makes a table what it was. */
public final class RestoreProcedure implements Procedure {
  private final TablePaths tables;

  RestoreProcedure(TablePaths tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "version", type = @DataTypeHint("BIGINT"), isOptional = true),
        @ArgumentHint(name = "timestamp", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "dry_run", type = @DataTypeHint("BOOLEAN"), isOptional = true)
      },
      output =
          @DataTypeHint(
              "ROW<`table_size_after_restore` BIGINT, `num_of_files_after_restore` BIGINT,"
                  + " `num_removed_files` BIGINT, `num_restored_files` BIGINT,"
                  + " `removed_files_size` BIGINT, `restored_files_size` BIGINT>"))
  public Row[] call(
      ProcedureContext context,
      String table,
      @Nullable Long version,
      @Nullable String timestamp,
      @Nullable Boolean dryRun) {
    try (MaintainedTable maintained = MaintainedTable.open(tables.find(table))) {
      RestoreReport report =
          Restore.run(
              maintained,
              target(version, timestamp),
              Boolean.TRUE.equals(dryRun),
              LoggedProgress.of("restore", table));
      return new Row[] {
        Row.of(
            report.bytesAfter(),
            report.filesAfter(),
            report.removedFiles(),
            report.restoredFiles(),
            report.removedBytes(),
            report.restoredBytes())
      };
    }
  }

  private static Restore.Target target(@Nullable Long version, @Nullable String timestamp) {
    if (version != null && timestamp == null) {
      return new Restore.Target.Version(version);
    }
    if (timestamp != null && version == null) {
      return new Restore.Target.Time(Arguments.instant("timestamp", timestamp));
    }
    throw new MillraceException(
        ErrorCode.OPTION_INVALID,
        version == null
            ? "it is not said what to go back to"
            : "version and timestamp are both given",
        "give one of `version` and `timestamp`");
  }
}
