package io.millrace.delta.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.row.FlatRow;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.logical.RowType;

/**
 * CPU of the Parquet writer per row, for the bronze and silver rows of the orders workload. Not a
 * test: run {@code main}. Thread CPU on one thread, minimum of several files of a million rows into
 * a temporary folder, everything included from row to fsync.
 */
final class ParquetBenchmark {
  private static final int DISTINCT = 250_000;
  private static final int ROWS = 1_000_000;

  private static final RowType BRONZE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("raw", DataTypes.STRING()),
                  DataTypes.FIELD("kafka_topic", DataTypes.STRING().notNull()),
                  DataTypes.FIELD("kafka_partition", DataTypes.INT().notNull()),
                  DataTypes.FIELD("kafka_offset", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("kafka_ts", DataTypes.TIMESTAMP_LTZ(3)))
              .notNull()
              .getLogicalType();

  private static final RowType SILVER =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("order_id", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("customer_id", DataTypes.BIGINT()),
                  DataTypes.FIELD("product_id", DataTypes.INT()),
                  DataTypes.FIELD("region", DataTypes.STRING()),
                  DataTypes.FIELD("currency", DataTypes.STRING()),
                  DataTypes.FIELD("amount", DataTypes.DECIMAL(10, 2)),
                  DataTypes.FIELD("status", DataTypes.STRING()),
                  DataTypes.FIELD("channel", DataTypes.STRING()),
                  DataTypes.FIELD("ts", DataTypes.TIMESTAMP_LTZ(3)),
                  DataTypes.FIELD("note", DataTypes.STRING()))
              .notNull()
              .getLogicalType();

  private final byte[][] documents = new byte[DISTINCT][];
  private final Random random = new Random(42);
  private final PrintStream out;

  private ParquetBenchmark(PrintStream out) {
    this.out = out;
    for (int i = 0; i < DISTINCT; i++) {
      documents[i] = document(i).getBytes(UTF_8);
    }
  }

  public static void main(String[] args) throws IOException {
    int repetitions = args.length > 0 ? Integer.parseInt(args[0]) : 6;
    var benchmark = new ParquetBenchmark(System.out);
    benchmark.measure("bronze", BRONZE, repetitions, benchmark::bronze);
    benchmark.measure("silver", SILVER, repetitions, benchmark::silver);
  }

  private interface Filler {
    void fill(FlatRow row, int i);
  }

  private String document(int i) {
    return ("{\"order_id\":%d,\"customer_id\":%d,\"product_id\":%d,\"region\":\"%s\",\"currency\":"
            + "\"%s\",\"amount\":%.2f,\"status\":\"%s\",\"channel\":\"%s\",\"ts\":\"%s\","
            + "\"note\":\"%s\"}")
        .formatted(
            1_000_000_000L + i,
            customer(),
            1 + random.nextInt(10_000),
            "region-" + random.nextInt(12),
            List.of("EUR", "USD", "GBP", "JPY", "CHF").get(random.nextInt(5)),
            1 + random.nextInt(199_899) / 100.0,
            List.of("new", "paid", "packed", "sent", "returned").get(random.nextInt(5)),
            List.of("web", "app", "shop", "phone").get(random.nextInt(4)),
            Instant.ofEpochMilli(1_767_225_600_000L + i / 2),
            note());
  }

  private String note() {
    String[] words = {"amber", "river", "stone", "quiet", "north", "light", "paper", "green"};
    return words[random.nextInt(8)]
        + " "
        + words[random.nextInt(8)]
        + " "
        + words[random.nextInt(8)]
        + " "
        + words[random.nextInt(8)];
  }

  private long customer() {
    // Close to zipf with exponent 1: uniform in the logarithm.
    return (long) Math.exp(random.nextDouble() * Math.log(1_000_000));
  }

  private final byte[] topic = "orders".getBytes(UTF_8);

  private void bronze(FlatRow row, int i) {
    byte[] document = documents[i % DISTINCT];
    row.setBytes(0, document, 0, document.length);
    row.setBytes(1, topic, 0, topic.length);
    row.setLong(2, i & 3);
    row.setLong(3, i >> 2);
    row.setTimestamp(4, 1_767_225_600_000L + i / 150, 0);
  }

  /** Where the strings of a document lie, and its numbers. */
  private record Parsed(long[] longs, int[] offsets, int[] lengths) {}

  private final Parsed[] parsed = new Parsed[DISTINCT];

  private Parsed parse(int i) {
    if (parsed[i] == null) {
      String text = new String(documents[i], UTF_8);
      String[] names = {"region", "currency", "status", "channel", "note"};
      int[] offsets = new int[5];
      int[] lengths = new int[5];
      for (int k = 0; k < 5; k++) {
        offsets[k] = text.indexOf("\"" + names[k] + "\":\"") + names[k].length() + 4;
        lengths[k] = text.indexOf('"', offsets[k]) - offsets[k];
      }
      long[] longs = {customer(), 1 + random.nextInt(10_000), 100 + random.nextInt(199_899)};
      parsed[i] = new Parsed(longs, offsets, lengths);
    }
    return parsed[i];
  }

  private void silver(FlatRow row, int i) {
    byte[] document = documents[i % DISTINCT];
    Parsed fields = parse(i % DISTINCT);
    row.setLong(0, 1_000_000_000L + i);
    row.setLong(1, fields.longs[0]);
    row.setLong(2, fields.longs[1]);
    row.setBytes(3, document, fields.offsets[0], fields.lengths[0]);
    row.setBytes(4, document, fields.offsets[1], fields.lengths[1]);
    row.setLong(5, fields.longs[2]);
    row.setBytes(6, document, fields.offsets[2], fields.lengths[2]);
    row.setBytes(7, document, fields.offsets[3], fields.lengths[3]);
    row.setTimestamp(8, 1_767_225_600_000L + i / 2, 0);
    row.setBytes(9, document, fields.offsets[4], fields.lengths[4]);
  }

  private void measure(String name, RowType type, int repetitions, Filler filler)
      throws IOException {
    Path folder = Files.createTempDirectory("parquet-benchmark");
    var spec = new DeltaTableSpec(name, folder.toString(), "sink", type, List.of(), Map.of());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    FlatRow row = new FlatRow(type);
    for (int i = 0; i < DISTINCT; i++) {
      filler.fill(row, i);
    }
    try (var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      double best = Double.MAX_VALUE;
      for (int repetition = 0; repetition < repetitions; repetition++) {
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < ROWS; i++) {
          filler.fill(row, i);
        }
        long fill = threads.getCurrentThreadCpuTime() - start;
        long allocated = threads.getCurrentThreadAllocatedBytes();
        start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < ROWS; i++) {
          filler.fill(row, i);
          writer.write(row);
        }
        DataFile file = writer.finishFile();
        long nanos = threads.getCurrentThreadCpuTime() - start - fill;
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        best = Math.min(best, nanos / 1e3 / ROWS);
        out.printf(
            "%s file %d: %.3f us/row, %.1f MB, %d B/row allocated%n",
            name, repetition, nanos / 1e3 / ROWS, file.sizeBytes() / 1e6, allocated / ROWS);
        Files.delete(folder.resolve(file.path()));
      }
      out.printf("%s best: %.3f us/row%n", name, best);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(f -> f.delete());
    }
  }
}
