package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.ThreadMXBean;
import io.millrace.delta.row.FlatRow;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * What one orders document costs to decode: CPU time and bytes of one thread, the best and the
 * median of seven rounds. Run {@code main}; arguments: documents per round (1000000).
 */
final class JsonDecoderBenchmark {
  private static final int ROUNDS = 7;
  private static final int DISTINCT = 50_000;
  private static final String[] WORDS = {
    "gift", "wrap", "leave", "at", "door", "call", "first", "fragile", "express", "repeat", "vip"
  };
  private static final RowType ORDERS =
      RowType.of(
          new LogicalType[] {
            new BigIntType(),
            new BigIntType(),
            new IntType(),
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            new DecimalType(10, 2),
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            new TimestampType(3),
            VarCharType.STRING_TYPE
          },
          new String[] {
            "order_id",
            "customer_id",
            "product_id",
            "region",
            "currency",
            "amount",
            "status",
            "channel",
            "ts",
            "note"
          });

  private JsonDecoderBenchmark() {}

  public static void main(String[] args) {
    int perRound = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    byte[][] documents = new byte[DISTINCT][];
    SplittableRandom random = new SplittableRandom(7);
    long bytes = 0;
    for (int i = 0; i < DISTINCT; i++) {
      documents[i] = document(i, random);
      bytes += documents[i].length;
    }
    System.out.printf(Locale.ROOT, "%d bytes a document%n", bytes / DISTINCT);
    byte[][] truncated = new byte[DISTINCT][];
    for (int i = 0; i < DISTINCT; i++) {
      truncated[i] = Arrays.copyOf(documents[i], 20 + random.nextInt(100));
    }
    measure("fast path", documents, perRound, false);
    measure("strict reader", documents, Math.max(1, perRound / 10), true);
    measure("truncated", truncated, Math.max(1, perRound / 10), false);
  }

  private static void measure(String name, byte[][] documents, int perRound, boolean strict) {
    JsonSchemaDecoder decoder = JsonSchemaDecoder.of(ORDERS);
    FlatRow row = new FlatRow(ORDERS);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[] micros = new double[ROUNDS];
    long check = 0;
    long allocated = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < perRound; i++) {
        byte[] document = documents[i % documents.length];
        JsonVerdict verdict =
            strict
                ? decoder.decodeStrictly(document, 0, document.length, row)
                : decoder.decode(document, 0, document.length, row);
        check += verdict.ordinal();
        check += row.getLong(0) + row.longAt(5) + row.lengthAt(9);
      }
      micros[round] = (threads.getCurrentThreadCpuTime() - start) / 1000.0 / perRound;
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    Arrays.sort(micros);
    System.out.printf(
        Locale.ROOT,
        "%-14s best %.3f us, median %.3f us, %.2f bytes a document (check %d)%n",
        name,
        micros[0],
        micros[ROUNDS / 2],
        (double) allocated / perRound,
        check);
  }

  private static byte[] document(int i, SplittableRandom random) {
    StringBuilder note = new StringBuilder();
    for (int w = 0; w < 4; w++) {
      note.append(w == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
    }
    return String.format(
            Locale.ROOT,
            "{\"order_id\":%d,\"customer_id\":%d,\"product_id\":%d,\"region\":\"%s\","
                + "\"currency\":\"EUR\",\"amount\":%d.%02d,\"status\":\"shipped\","
                + "\"channel\":\"mobile\",\"ts\":\"%s\",\"note\":\"%s\"}",
            1_000_000_000L + i,
            1 + random.nextInt(1_000_000),
            1 + random.nextInt(10_000),
            i % 3 == 0 ? "eu-west" : "us-central",
            1 + random.nextInt(1999),
            random.nextInt(100),
            Instant.ofEpochMilli(1_767_225_600_001L + i * 2L),
            note)
        .getBytes(UTF_8);
  }
}
