package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.VersionTwoCheckpoints;
import io.millrace.delta.sink.SupersededRows;
import io.millrace.delta.vector.RandomRows;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to one file of a table, its readers see the rows that are there, or a failure
 * that says what is wrong; never other rows, a thread that hangs, or a heap that is full. {@code
 * -Dmillrace.corruptions=2000} for as many cases as that.
 */
class TestCorruption {
  private static final int CASES = Integer.getInteger("millrace.corruptions", 120);
  private static final long SECONDS_MAX = 20;
  private static final long BYTES_MAX = 256L << 20;
  private static final Set<ErrorCode> TOLD =
      Set.of(
          ErrorCode.TABLE_CORRUPT,
          ErrorCode.FILE_NOT_FOUND,
          ErrorCode.TABLE_NOT_FOUND,
          ErrorCode.NOT_NULL_VIOLATED);

  private static final RowType TYPE =
      new RowType(false, RandomRows.EVERYTHING.getFields().subList(0, 19));

  private static final ExecutorService READER =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "reader");
            thread.setDaemon(true);
            return thread;
          });

  @TempDir private Path folder;

  private enum Kind {
    ENTRY,
    LAST_CHECKPOINT,
    CHECKPOINT,
    SIDECAR,
    VERSION_CHECKSUM,
    VECTOR,
    DATA;

    static Kind of(Path file) {
      String name = file.getFileName().toString();
      if (name.startsWith("deletion_vector")) {
        return VECTOR;
      } else if (name.equals("_last_checkpoint")) {
        return LAST_CHECKPOINT;
      } else if (name.endsWith(".crc")) {
        return VERSION_CHECKSUM;
      } else if (file.toString().contains("_sidecars")) {
        return SIDECAR;
      } else if (name.contains(".checkpoint.")) {
        return CHECKPOINT;
      }
      return name.endsWith(".json") ? ENTRY : DATA;
    }
  }

  private enum Damage {
    FLIPPED,
    CUT,
    EMPTY,
    GONE,
    ANOTHER
  }

  /** A table with ten versions, vectors, checkpoints and all else that a table may have. */
  private final class Victim {
    private final Path place;
    private final List<Path> files = new ArrayList<>();
    private final List<String> rows;

    Victim(String name, RowType type, long seed, Map<String, String> properties) throws Exception {
      place = folder.resolve(name);
      var table = new SourceTable(place, type, properties);
      var random = new RandomRows(seed);
      List<DataFile> written = new ArrayList<>();
      for (int version = 0; version < 6; version++) {
        List<GenericRowData> of = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          of.add(random.row(type));
        }
        written.add(table.append(of));
      }
      table.delete(written.get(1), 3, 5, 30);
      table.delete(written.get(4), 0);
      table.commit(
          List.of(table.write(List.of(random.row(type)))),
          List.of(new SupersededRows(written.get(2).path(), new long[] {7})));
      if (properties.containsKey("delta.checkpointPolicy")) {
        VersionTwoCheckpoints.asJson(place, 8);
      }
      try (Stream<Path> all = Files.walk(place)) {
        all.filter(Files::isRegularFile).sorted().forEach(files::add);
      }
      rows = read();
      assertThat(rows).hasSize(6 * 40 + 1 - 5);
    }

    List<String> read() throws IOException {
      return Scan.rows(DeltaSource.builder(place.toString()));
    }

    boolean isLastEntry(Path file) {
      return Kind.of(file) == Kind.ENTRY
          && file.equals(
              files.stream()
                  .filter(f -> Kind.of(f) == Kind.ENTRY)
                  .reduce((a, b) -> b)
                  .orElseThrow());
    }
  }

  private static byte[] damaged(Damage damage, byte[] whole, byte[] another, Random random) {
    return switch (damage) {
      case FLIPPED -> {
        byte[] flipped = whole.clone();
        for (int i = random.nextInt(3); i >= 0 && flipped.length > 0; i--) {
          flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case CUT -> Arrays.copyOf(whole, random.nextInt(Math.max(1, whole.length)));
      case EMPTY, GONE -> new byte[0];
      case ANOTHER -> another;
    };
  }

  @Test
  void everyDamageIsToldOrMakesNoDifference() throws Exception {
    Map<String, String> classic =
        Map.of("delta.enableDeletionVectors", "true", "delta.checkpointInterval", "4");
    Map<String, String> second =
        Map.of(
            "delta.enableDeletionVectors",
            "true",
            "delta.checkpointInterval",
            "4",
            "delta.checkpointPolicy",
            "v2");
    List<Victim> victims =
        List.of(new Victim("classic", TYPE, 1, classic), new Victim("v2", TYPE, 2, second));
    var others =
        new Victim(
            "other", (RowType) RandomRows.type("ROW<id STRING, x INT, `flag` DOUBLE>"), 3, second);
    Map<Kind, int[]> outcomes = new EnumMap<>(Kind.class);
    List<String> wrong = new ArrayList<>();
    for (int seed = 0; seed < CASES; seed++) {
      var random = new Random(seed);
      Victim victim = victims.get(random.nextInt(victims.size()));
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      List<Path> of = victim.files.stream().filter(f -> Kind.of(f) == kind).toList();
      Damage damage = Damage.values()[random.nextInt(Damage.values().length)];
      if (of.isEmpty()) {
        continue;
      }
      Path file = of.get(random.nextInt(of.size()));
      if (damage == Damage.GONE && victim.isLastEntry(file)) {
        // The table is then what it was before: nothing says that there was more.
        continue;
      }
      List<Path> like = others.files.stream().filter(f -> Kind.of(f) == kind).toList();
      byte[] whole = Files.readAllBytes(file);
      byte[] another =
          like.isEmpty()
              ? new byte[] {1, 2, 3}
              : Files.readAllBytes(like.get(random.nextInt(like.size())));
      if (kind == Kind.VECTOR && damage == Damage.ANOTHER && another.length == whole.length) {
        // As many rows in as many bytes, and whole: nothing says which rows they were.
        continue;
      }
      if (damage == Damage.GONE) {
        Files.delete(file);
      } else {
        Files.write(file, damaged(damage, whole, another, random));
      }
      String outcome = outcome(victim, file);
      Files.write(file, whole);
      int[] counts = outcomes.computeIfAbsent(kind, k -> new int[3]);
      counts[outcome.isEmpty() ? 0 : outcome.startsWith("told") ? 1 : 2]++;
      if (!outcome.isEmpty() && !outcome.startsWith("told")) {
        wrong.add(
            "seed %d: %s of %s: %s"
                .formatted(seed, damage, victim.place.relativize(file), outcome));
      }
    }
    outcomes.forEach(
        (kind, counts) ->
            System.out.printf(
                "%s: %d made no difference, %d were told, %d were not%n",
                kind, counts[0], counts[1], counts[2]));
    assertThat(wrong).isEmpty();
    assertThat(victims.get(0).read()).isEqualTo(victims.get(0).rows);
  }

  /** Empty if the rows are right, "told" if the failure is as it should be, or what is not. */
  private static String outcome(Victim victim, Path file) throws Exception {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] allocated = {0};
    Future<List<String>> reading =
        READER.submit(
            () -> {
              long before = threads.getCurrentThreadAllocatedBytes();
              try {
                return victim.read();
              } finally {
                allocated[0] = threads.getCurrentThreadAllocatedBytes() - before;
              }
            });
    try {
      List<String> rows = reading.get(SECONDS_MAX, TimeUnit.SECONDS);
      if (!rows.equals(victim.rows)) {
        return "%d other rows, of %d".formatted(rows.size(), victim.rows.size());
      }
    } catch (ExecutionException e) {
      MillraceException told = MillraceException.in(e);
      if (told == null || !TOLD.contains(told.code())) {
        return "failed with " + e.getCause();
      }
      if (!told.getMessage().contains(victim.place.toString())
          && !told.getMessage().contains(file.getFileName().toString())) {
        return "failed without a name: " + told.getMessage();
      }
      return allocated[0] > BYTES_MAX ? "allocated " + allocated[0] : "told";
    } catch (java.util.concurrent.TimeoutException e) {
      return "hangs";
    }
    return allocated[0] > BYTES_MAX ? "allocated " + allocated[0] : "";
  }

  @AfterAll
  static void stop() {
    READER.shutdownNow();
  }
}
