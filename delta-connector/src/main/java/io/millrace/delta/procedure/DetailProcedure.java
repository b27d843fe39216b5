package io.millrace.delta.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.TableDetail;
import java.time.Instant;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;

/** {@code CALL sys.detail(`table` => …)}: what DESCRIBE DETAIL tells. */
public final class DetailProcedure implements Procedure {
  private final TablePaths tables;

  DetailProcedure(TablePaths tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @ProcedureHint(
      arguments = @ArgumentHint(name = "table", type = @DataTypeHint("STRING")),
      output =
          @DataTypeHint(
              "ROW<`format` STRING, `id` STRING, `name` STRING, `description` STRING,"
                  + " `location` STRING, `createdAt` TIMESTAMP_LTZ(3),"
                  + " `lastModified` TIMESTAMP_LTZ(3), `partitionColumns` ARRAY<STRING>,"
                  + " `numFiles` BIGINT, `sizeInBytes` BIGINT, `properties` MAP<STRING, STRING>,"
                  + " `minReaderVersion` INT, `minWriterVersion` INT,"
                  + " `tableFeatures` ARRAY<STRING>>"))
  public Row[] call(ProcedureContext context, String table) {
    TableDetail detail = TableDetail.of(tables.find(table));
    return new Row[] {
      Row.of(
          "delta",
          detail.id(),
          detail.name().orElse(null),
          detail.description().orElse(null),
          detail.location(),
          detail.createdMillis().isPresent()
              ? Instant.ofEpochMilli(detail.createdMillis().getAsLong())
              : null,
          Instant.ofEpochMilli(detail.lastModifiedMillis()),
          detail.partitionColumns().toArray(String[]::new),
          detail.files(),
          detail.bytes(),
          detail.properties(),
          detail.minReaderVersion(),
          detail.minWriterVersion(),
          detail.features().toArray(String[]::new))
    };
  }
}
