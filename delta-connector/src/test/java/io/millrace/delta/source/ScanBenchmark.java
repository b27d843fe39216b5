package io.millrace.delta.source;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.vector.ColumnBatch;
import io.millrace.delta.vector.OutputColumn;
import io.millrace.delta.vector.OutputColumn.FileColumn;
import io.millrace.delta.vector.ReadField;
import io.millrace.delta.vector.RowGroupFilter;
import io.millrace.delta.vector.VectorizedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.formats.parquet.ParquetColumnarRowInputFormat;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.roaringbitmap.RoaringBitmap;

/**
 * Our scan beside Flink's own vectorised Parquet reader, on the same files, one thread, every
 * column of every row touched. Arguments: rows, rounds. Figures are CPU seconds of the thread.
 */
public final class ScanBenchmark {
  private static final RowType TYPE = BenchmarkTable.TYPE;

  private ScanBenchmark() {}

  private interface Scan {
    long run(DataFile file, long firstRow) throws IOException;
  }

  public static void main(String[] arguments) throws IOException {
    long rows = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    java.nio.file.Path folder = Files.createTempDirectory("scan");
    try {
      List<DataFile> files = write(folder, rows);
      Map<String, Scan> scans =
          Map.of(
              "flink",
              (file, first) -> flink(folder, file),
              "ours",
              (file, first) -> ours(folder, file, null),
              "ours, 10 % deleted",
              (file, first) -> ours(folder, file, deleted(file, first)));
      for (int round = 0; round <= rounds; round++) {
        for (String name : List.of("flink", "ours", "ours, 10 % deleted")) {
          long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
          long sum = 0;
          long first = 0;
          for (DataFile file : files) {
            sum += scans.get(name).run(file, first);
            first += file.records();
          }
          double seconds =
              (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9;
          System.out.printf(
              "%s %-20s %6.2f CPU-s  %5.2f Mrows/CPU-s  (%d)%n",
              round == 0 ? "warm-up" : "round " + round, name, seconds, rows / seconds / 1e6, sum);
        }
      }
    } finally {
      try (var found = Files.list(folder)) {
        for (java.nio.file.Path file : found.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static List<DataFile> write(java.nio.file.Path folder, long rows) throws IOException {
    var spec = new DeltaTableSpec("t", folder.toString(), "s", TYPE, List.of(), Map.of());
    BenchmarkTable table = BenchmarkTable.rows();
    List<DataFile> files = new ArrayList<>();
    try (var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      for (long i = 0; i < rows; i++) {
        if (writer.isFull()) {
          files.add(writer.finishFile());
        }
        writer.write(table.next(i));
      }
      files.add(writer.finishFile());
    }
    return files;
  }

  private static RoaringBitmap deleted(DataFile file, long seed) {
    RoaringBitmap deleted = new RoaringBitmap();
    var random = new Random(seed);
    for (int i = 0; i < file.records(); i++) {
      if (random.nextInt(10) == 0) {
        deleted.add(i);
      }
    }
    return deleted;
  }

  private static long ours(java.nio.file.Path folder, DataFile file, RoaringBitmap deleted)
      throws IOException {
    List<OutputColumn> columns = new ArrayList<>();
    for (RowType.RowField field : TYPE.getFields()) {
      columns.add(
          new FileColumn(
              field.getName(),
              List.of(new ReadField(field.getName(), -1, field.getType(), List.of()))));
    }
    long sum = 0;
    Path path = new Path(folder.resolve(file.path()).toString());
    RowSelection live = deleted == null ? null : RowSelection.of(deleted, null);
    try (var reader = VectorizedReader.open(path, columns, 0, Long.MAX_VALUE, RowGroupFilter.ALL)) {
      ColumnBatch batch = reader.newBatch();
      ColumnarRowData row = new ColumnarRowData(batch.vectors());
      int[] selected = new int[VectorizedReader.BATCH_ROWS];
      while (reader.read(batch)) {
        int count = live == null ? -1 : live.select(batch.firstPosition(), batch.rows(), selected);
        int n = count < 0 ? batch.rows() : count;
        for (int i = 0; i < n; i++) {
          row.setRowId(count < 0 ? i : selected[i]);
          sum += touch(row);
        }
      }
    }
    return sum;
  }

  private static long flink(java.nio.file.Path folder, DataFile file) throws IOException {
    var format =
        new ParquetColumnarRowInputFormat<FileSourceSplit>(
            new org.apache.hadoop.conf.Configuration(false),
            TYPE,
            InternalTypeInfo.of(TYPE),
            VectorizedReader.BATCH_ROWS,
            true,
            true);
    Path path = new Path(folder.resolve(file.path()).toUri());
    var split =
        new FileSourceSplit(
            "s", path, 0, file.sizeBytes(), file.modifiedMillis(), file.sizeBytes());
    long sum = 0;
    try (BulkFormat.Reader<RowData> reader =
        format.createReader(new org.apache.flink.configuration.Configuration(), split)) {
      for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
        for (var row = batch.next(); row != null; row = batch.next()) {
          sum += touch(row.getRecord());
        }
        batch.releaseBatch();
      }
    }
    return sum;
  }

  private static long touch(RowData row) {
    long sum = row.getLong(0) + row.getLong(1);
    sum += row.isNullAt(2) ? 1 : row.getLong(2);
    sum += row.getString(3).hashCode() + row.getString(4).hashCode() + row.getString(5).hashCode();
    sum += row.getDecimal(6, 12, 2).toUnscaledLong();
    return sum + row.getTimestamp(7, 6).getNanoOfMillisecond();
  }
}
