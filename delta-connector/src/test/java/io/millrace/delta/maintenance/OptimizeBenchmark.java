package io.millrace.delta.maintenance;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableChange;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.vector.RandomRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Wall time of OPTIMIZE and of OPTIMIZE ZORDER BY on a table of eight columns in many files.
 * Arguments: a folder that is not there, and is left for others to read; rows; files; {@code pack},
 * {@code order} or {@code write} to leave the table as it was written.
 */
public final class OptimizeBenchmark {
  private static final RowType TYPE =
      (RowType)
          RandomRows.type(
              "ROW<id BIGINT, account BIGINT, clicks BIGINT, session STRING, page STRING,"
                  + " country STRING, amount DECIMAL(12, 2), seen TIMESTAMP(6)>");

  private OptimizeBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    long rows = Long.parseLong(arguments[1]);
    int files = Integer.parseInt(arguments[2]);
    if (!Files.exists(folder)) {
      write(folder, rows, files);
    }
    if (arguments[3].equals("write")) {
      return;
    }
    List<String> columns =
        arguments[3].equals("order") ? List.of("account", "page") : List.<String>of();
    OptimizeOptions options =
        new OptimizeOptions(OptionalLong.empty(), false, Map.of(), 0, false, columns);
    long began = System.nanoTime();
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      OptimizeReport report = Optimize.run(table, options, Progress.SILENT);
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf(
          "%s of %d rows: %.2f s, %.2f Mrows/s, %d files of %d MB became %d of %d MB%n",
          arguments[3],
          rows,
          seconds,
          rows / seconds / 1e6,
          report.removedFiles(),
          report.removedBytes() >> 20,
          report.addedFiles(),
          report.addedBytes() >> 20);
    }
  }

  private static void write(Path folder, long rows, int files) throws IOException {
    DeltaTableSpec spec =
        new DeltaTableSpec("t", folder.toString(), "s", TYPE, List.of(), Map.of());
    var random = new Random(1);
    List<LiveFile> added = new ArrayList<>();
    GenericRowData row = new GenericRowData(8);
    try (TableLog log =
            TableLog.open(
                TableDefinition.of(spec), CommitStores.forTable(spec.path()), Clock.systemUTC());
        var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      for (int file = 0; file < files; file++) {
        for (long i = rows * file / files; i < rows * (file + 1) / files; i++) {
          row.setField(0, i);
          row.setField(1, (long) random.nextInt(1_000_000));
          row.setField(2, random.nextInt(20) == 0 ? null : (Long) (long) random.nextInt(100));
          row.setField(3, StringData.fromString(Long.toHexString(random.nextLong())));
          row.setField(4, StringData.fromString("/page/" + random.nextInt(1000)));
          row.setField(5, StringData.fromString("c" + random.nextInt(50)));
          row.setField(6, DecimalData.fromUnscaledLong(random.nextInt(1_000_000), 12, 2));
          row.setField(
              7, TimestampData.fromEpochMillis(1_767_225_600_000L + i, (int) (i % 1000) * 1000));
          writer.write(row);
        }
        DataFile written = writer.finishFile();
        added.add(
            LiveFile.of(
                written.path(), written.sizeBytes(), written.modifiedMillis(), written.stats()));
      }
      log.commit(
          new TableChange(List.of(), added, Map.of(), "WRITE", Map.of(), Map.of(), Map.of()));
    }
  }
}
