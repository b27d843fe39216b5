package io.millrace.delta.dml;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.source.SourceTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * DELETE, UPDATE and MERGE on a table of eight columns, as jobs with two subtasks in this process:
 * wall time and CPU of the whole process. Arguments: rows, true for deletion vectors, a folder to
 * keep the table in before anything is changed, so that others can be given the same.
 */
public final class DmlBenchmark {
  static final RowType TYPE =
      RowType.of(
          new LogicalType[] {
            new BigIntType(),
            new BigIntType(),
            new BigIntType(),
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            new DecimalType(12, 2),
            new TimestampType(6)
          },
          new String[] {"id", "account", "clicks", "session", "page", "country", "amount", "seen"});

  private static final String COLUMNS =
      "id BIGINT, account BIGINT, clicks BIGINT, session STRING, page STRING, country STRING,"
          + " amount DECIMAL(12, 2), seen TIMESTAMP(6)";

  private DmlBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    long rows = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
    boolean vectors = arguments.length < 2 || Boolean.parseBoolean(arguments[1]);
    Path folder = arguments.length > 2 ? Path.of(arguments[2]) : Files.createTempDirectory("dml");
    Path original = folder.resolve("original");
    write(original, rows, vectors);
    try {
      for (int round = 0; round < 3; round++) {
        Path copy = folder.resolve("copy" + round);
        copy(original, copy);
        StreamTableEnvironment tables = MergeSession.environment(true);
        tables.executeSql(
            "CREATE TABLE t (%s) WITH ('connector' = 'delta', 'path' = '%s')"
                .formatted(COLUMNS, copy));
        measure(round, "MERGE 1 % of the rows, as many new", () -> merge(tables, copy, rows));
        measure(
            round,
            "UPDATE of 1 %",
            () -> {
              tables.executeSql("UPDATE t SET clicks = clicks + 1 WHERE account < 10000").await();
              return "";
            });
        measure(
            round,
            "DELETE of 10 %",
            () -> {
              tables.executeSql("DELETE FROM t WHERE account >= 900000").await();
              return "";
            });
      }
    } finally {
      if (arguments.length < 3) {
        delete(folder);
      }
    }
    System.exit(0);
  }

  private static String merge(StreamTableEnvironment tables, Path table, long rows) {
    // Every hundredth id of the table, and as many that it does not have.
    long count = rows / 100;
    MergeResult result =
        MergeInto.table(tables, table.toString(), "t")
            .using(
                ("SELECT n * 200 AS id, n AS account, CAST(1 AS BIGINT) AS clicks,"
                        + " 'session' AS session, '/page' AS page, 'ch' AS country,"
                        + " CAST(1 AS DECIMAL(12, 2)) AS amount,"
                        + " TIMESTAMP '2026-01-01 00:00:00' AS seen"
                        + " FROM (SELECT CAST(f AS BIGINT) AS n FROM numbers) AS x")
                    .replace("numbers", numbers(tables, count)),
                "s")
            .on("t.id = s.id")
            .when("WHEN MATCHED THEN UPDATE SET clicks = t.clicks + s.clicks, page = s.page")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();
    return " updated %d, inserted %d".formatted(result.updated(), result.inserted());
  }

  private static String numbers(StreamTableEnvironment tables, long count) {
    tables.executeSql(
        ("CREATE TEMPORARY TABLE IF NOT EXISTS numbers (f BIGINT) WITH ('connector' = 'datagen',"
                + " 'number-of-rows' = '%d', 'fields.f.kind' = 'sequence', 'fields.f.start' = '0',"
                + " 'fields.f.end' = '%d')")
            .formatted(count, count - 1));
    return "numbers";
  }

  private static void measure(int round, String what, Callable<String> statement) throws Exception {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    String told = statement.call();
    System.out.printf(
        "round %d  %-36s %6.2f s wall  %6.2f s CPU%s%n",
        round,
        what,
        (System.nanoTime() - start) / 1e9,
        (system.getProcessCpuTime() - cpu) / 1e9,
        told);
  }

  private static void write(Path folder, long rows, boolean vectors) throws IOException {
    if (Files.exists(folder)) {
      return;
    }
    Map<String, String> properties =
        Map.of("delta.enableDeletionVectors", Boolean.toString(vectors));
    var table = new SourceTable(folder, TYPE, properties);
    var spec = new DeltaTableSpec("t", folder.toString(), "s", TYPE, List.of(), properties);
    var random = new Random(1);
    List<DataFile> files = new ArrayList<>();
    try (var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      GenericRowData row = new GenericRowData(8);
      for (long i = 0; i < rows; i++) {
        row.setField(0, i);
        row.setField(1, (long) random.nextInt(1_000_000));
        row.setField(2, random.nextInt(20) == 0 ? null : (Long) (long) random.nextInt(100));
        row.setField(3, StringData.fromString(Long.toHexString(random.nextLong())));
        row.setField(4, StringData.fromString("/page/" + random.nextInt(1000)));
        row.setField(5, StringData.fromString("c" + random.nextInt(50)));
        row.setField(6, DecimalData.fromUnscaledLong(random.nextInt(1_000_000), 12, 2));
        row.setField(
            7, TimestampData.fromEpochMillis(1_767_225_600_000L + i, (int) (i % 1000) * 1000));
        if (writer.isFull()) {
          files.add(writer.finishFile());
        }
        writer.write(row);
      }
      files.add(writer.finishFile());
    }
    table.commit(files, List.of());
  }

  private static void copy(Path from, Path to) throws IOException {
    delete(to);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
