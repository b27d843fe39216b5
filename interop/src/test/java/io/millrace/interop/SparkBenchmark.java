package io.millrace.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What delta-spark takes for OPTIMIZE, DELETE, UPDATE and MERGE of the table that {@code
 * BenchmarkTable} of {@code delta-connector} writes, on two cores. Every statement has a fresh copy
 * of the folder, and a round before those that count. See {@code bench/README.md} for how to start
 * it.
 *
 * <p>Arguments: the folder with {@code table} and {@code changes}, rounds, and which statements
 * (all if none is named). One JSON line each: wall seconds, CPU seconds of the process, and rows
 * and checksum of the table afterwards, with which others are to be compared.
 */
public final class SparkBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** By name; {@code {t}} is the table, {@code {c}} the changes. */
  static final Map<String, String> STATEMENTS = new LinkedHashMap<>();

  static {
    STATEMENTS.put("optimize", "OPTIMIZE {t}");
    STATEMENTS.put("zorder", "OPTIMIZE {t} ZORDER BY (account, page)");
    STATEMENTS.put("delete", "DELETE FROM {t} WHERE account % 10 = 3");
    STATEMENTS.put("update", "UPDATE {t} SET clicks = 1000, page = '/moved' WHERE country = 'c7'");
    STATEMENTS.put(
        "merge",
        "MERGE INTO {t} t USING {c} c ON t.id = c.id"
            + " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *");
  }

  /** The same for every engine: sums that do not depend on the order of the rows. */
  static final String CHECKSUM =
      "SELECT COUNT(*), SUM(id), SUM(account), SUM(COALESCE(clicks, -1)), SUM(amount),"
          + " SUM(CHAR_LENGTH(session) + CHAR_LENGTH(page) + CHAR_LENGTH(country)) FROM {t}";

  private SparkBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    int rounds = Integer.parseInt(arguments[1]);
    List<String> names =
        arguments.length > 2
            ? List.of(arguments).subList(2, arguments.length)
            : List.copyOf(STATEMENTS.keySet());
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
            .config(
                "spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog")
            .config("spark.databricks.delta.snapshotPartitions", "2")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    for (int round = 0; round <= rounds; round++) {
      for (String name : names) {
        Path copy = Files.createTempDirectory(folder, "spark-");
        try {
          copy(folder.resolve("table"), copy);
          measure(spark, name, round, copy, folder.resolve("changes"));
        } finally {
          delete(copy);
        }
      }
    }
    spark.stop();
  }

  private static void measure(SparkSession spark, String name, int round, Path table, Path changes)
      throws IOException {
    String statement =
        STATEMENTS
            .get(name)
            .replace("{t}", "delta.`" + table + "`")
            .replace("{c}", "delta.`" + changes + "`");
    long cpu = processCpu();
    long began = System.nanoTime();
    spark.sql(statement).collectAsList();
    double wall = (System.nanoTime() - began) / 1e9;
    double used = (processCpu() - cpu) / 1e9;
    Row sums = spark.sql(CHECKSUM.replace("{t}", "delta.`" + table + "`")).first();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("engine", "delta-spark");
    line.put("version", spark.version());
    line.put("work", name);
    line.put("round", round);
    line.put("warm_up", round == 0);
    line.put("wall_s", wall);
    line.put("cpu_s", used);
    line.put("rows", sums.getLong(0));
    line.put("checksum", sums.mkString("/"));
    System.out.println(JSON.writeValueAsString(line));
  }

  private static long processCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
