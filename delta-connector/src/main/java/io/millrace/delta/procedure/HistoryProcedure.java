package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.KernelTableReader;
import java.time.Instant;
import java.util.List;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/** {@code CALL sys.history(`table` => …, `limit` => …)}: the versions, newest first. */
public final class HistoryProcedure implements Procedure {
  private final TablePaths tables;

  HistoryProcedure(TablePaths tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "limit", type = @DataTypeHint("INT"), isOptional = true)
      },
      output =
          @DataTypeHint(
              "ROW<`version` BIGINT, `timestamp` TIMESTAMP_LTZ(3), `userName` STRING,"
                  + " `operation` STRING, `operationParameters` MAP<STRING, STRING>,"
                  + " `readVersion` BIGINT, `isolationLevel` STRING, `isBlindAppend` BOOLEAN,"
                  + " `operationMetrics` MAP<STRING, STRING>, `userMetadata` STRING,"
                  + " `engineInfo` STRING>"))
  public Row[] call(ProcedureContext context, String table, @Nullable Integer limit) {
    List<CommitEntry> entries =
        KernelTableReader.history(tables.find(table), limit == null ? Integer.MAX_VALUE : limit);
    return entries.stream().map(HistoryProcedure::row).toArray(Row[]::new);
  }

  private static Row row(CommitEntry entry) {
    return Row.of(
        entry.version(),
        Instant.ofEpochMilli(entry.timestampMillis()),
        entry.userName().orElse(null),
        entry.operation(),
        entry.operationParameters(),
        entry.readVersion().isPresent() ? entry.readVersion().getAsLong() : null,
        entry.isolationLevel().orElse(null),
        entry.blindAppend().orElse(null),
        entry.operationMetrics(),
        entry.userMetadata().orElse(null),
        entry.engineInfo().orElse(null));
  }
}
