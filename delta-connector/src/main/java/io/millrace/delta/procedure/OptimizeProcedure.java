package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.ByteSize;
import io.millrace.delta.maintenance.FileSizes;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.OptimizeReport;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/** {@code CALL sys.optimize(`table` => …)}: packs small files, or clusters rows. */
public final class OptimizeProcedure implements Procedure {
  private final TablePaths tables;

  OptimizeProcedure(TablePaths tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "zorder_by", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "where", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "target_size", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "purge", type = @DataTypeHint("BOOLEAN"), isOptional = true),
        @ArgumentHint(name = "dry_run", type = @DataTypeHint("BOOLEAN"), isOptional = true)
      },
      output =
          @DataTypeHint(
              "ROW<`path` STRING, `metrics` ROW<`numFilesAdded` BIGINT, `numFilesRemoved` BIGINT,"
                  + " `filesAdded` ROW<`min` BIGINT, `max` BIGINT, `avg` DOUBLE,"
                  + " `totalFiles` BIGINT, `totalSize` BIGINT>,"
                  + " `filesRemoved` ROW<`min` BIGINT, `max` BIGINT, `avg` DOUBLE,"
                  + " `totalFiles` BIGINT, `totalSize` BIGINT>,"
                  + " `partitionsOptimized` BIGINT, `numBins` BIGINT, `numBatches` BIGINT,"
                  + " `totalConsideredFiles` BIGINT, `totalFilesSkipped` BIGINT,"
                  + " `preserveInsertionOrder` BOOLEAN,"
                  + " `startTimeMs` BIGINT, `endTimeMs` BIGINT,"
                  + " `deletionVectorStats` ROW<`numDeletionVectorsRemoved` BIGINT,"
                  + " `numDeletionVectorRowsRemoved` BIGINT>>>"))
  public Row[] call(
      ProcedureContext context,
      String table,
      @Nullable String zOrderBy,
      @Nullable String where,
      @Nullable String targetSize,
      @Nullable Boolean purge,
      @Nullable Boolean dryRun) {
    OptimizeOptions options =
        new OptimizeOptions(
            targetSize == null ? OptionalLong.empty() : OptionalLong.of(ByteSize.parse(targetSize)),
            Boolean.TRUE.equals(purge),
            where == null ? Map.of() : Arguments.pairs("where", where),
            0,
            Boolean.TRUE.equals(dryRun),
            zOrderBy == null ? List.of() : Arguments.names(zOrderBy));
    String path = tables.find(table);
    try (MaintainedTable maintained = MaintainedTable.open(path)) {
      OptimizeReport report =
          Optimize.runOn(
              context.getExecutionEnvironment(),
              maintained,
              options,
              LoggedProgress.of("optimize", table));
      return new Row[] {Row.of(path, metrics(report, options.zOrderBy().isEmpty()))};
    }
  }

  private static Row metrics(OptimizeReport report, boolean inOrder) {
    return Row.of(
        report.addedFiles(),
        report.removedFiles(),
        sizes(report.added()),
        sizes(report.removed()),
        report.partitions(),
        report.bins(),
        report.commits(),
        report.consideredFiles(),
        report.consideredFiles() - report.removedFiles(),
        inOrder,
        report.startMillis(),
        report.endMillis(),
        Row.of(report.vectors(), report.purgedRows()));
  }

  private static @Nullable Row sizes(FileSizes sizes) {
    return sizes.files() == 0
        ? null
        : Row.of(sizes.min(), sizes.max(), sizes.average(), sizes.files(), sizes.bytes());
  }
}
