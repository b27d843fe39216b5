package io.millrace.gateway.tables;

import io.delta.kernel.utils.CloseableIterator;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.quality.QuarantineSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A quarantine table, read for people. It reads whole columns: meant for thousands of rows. */
public final class Quarantine {
  private static final List<String> COLUMNS = QuarantineSchema.ROW_TYPE.getFieldNames();

  private final KernelTableReader table;

  private Quarantine(KernelTableReader table) {
    this.table = table;
  }

  /** Whether the table has the columns of a quarantine. */
  public static boolean is(Path folder) {
    return new HashSet<>(KernelTableReader.open(folder.toString()).rowType().getFieldNames())
        .containsAll(COLUMNS);
  }

  /**
   * @param folder of the table: an absolute path, or a URI
   * @throws MillraceException TABLE_UNSUPPORTED if the table is no quarantine
   */
  public static Quarantine open(String folder) {
    KernelTableReader table = KernelTableReader.open(folder);
    if (!new HashSet<>(table.rowType().getFieldNames()).containsAll(COLUMNS)) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "the table " + folder + " is no quarantine: it has other columns",
          "see those that are with millrace quarantine list");
    }
    return new Quarantine(table);
  }

  /**
   * What one rule of one dataset refused.
   *
   * @param lastAt UTC
   */
  public record RuleCount(String dataset, String rule, long rows, @Nullable LocalDateTime lastAt) {}

  /**
   * One refused record.
   *
   * @param raw the record as text; null if its value was null
   * @param quarantinedAt UTC
   */
  public record Refused(
      @Nullable String raw,
      @Nullable String topic,
      @Nullable Integer partition,
      @Nullable Long offset,
      String dataset,
      String rule,
      String reason,
      @Nullable LocalDateTime quarantinedAt) {}

  public long version() {
    return table.version();
  }

  /** Per dataset and rule, most rows first. */
  public List<RuleCount> counts() {
    Map<List<String>, RuleCount> counts =
        new TreeMap<>(
            Comparator.<List<String>, String>comparing(k -> k.get(0)).thenComparing(k -> k.get(1)));
    forEach(
        List.of("dataset", "rule", "quarantined_at"),
        row -> {
          String dataset = text(row[0]);
          String rule = text(row[1]);
          counts.merge(
              List.of(dataset, rule),
              new RuleCount(dataset, rule, 1, (LocalDateTime) row[2]),
              (a, b) -> new RuleCount(dataset, rule, a.rows + b.rows, later(a.lastAt, b.lastAt)));
        });
    List<RuleCount> sorted = new ArrayList<>(counts.values());
    sorted.sort(Comparator.comparingLong(RuleCount::rows).reversed());
    return sorted;
  }

  /** The newest that pass the filter, newest first. */
  public List<Refused> newest(int limit, Predicate<Refused> filter) {
    Comparator<Refused> byTime =
        Comparator.comparing(
                Refused::quarantinedAt, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Refused::offset, Comparator.nullsFirst(Comparator.naturalOrder()));
    PriorityQueue<Refused> newest = new PriorityQueue<>(limit + 1, byTime);
    forEach(
        COLUMNS,
        row -> {
          Refused refused =
              new Refused(
                  (String) row[QuarantineSchema.RAW],
                  (String) row[QuarantineSchema.KAFKA_TOPIC],
                  (Integer) row[QuarantineSchema.KAFKA_PARTITION],
                  (Long) row[QuarantineSchema.KAFKA_OFFSET],
                  text(row[QuarantineSchema.DATASET]),
                  text(row[QuarantineSchema.RULE]),
                  text(row[QuarantineSchema.REASON]),
                  (LocalDateTime) row[QuarantineSchema.QUARANTINED_AT]);
          if (filter.test(refused)) {
            newest.add(refused);
            if (newest.size() > limit) {
              newest.poll();
            }
          }
        });
    List<Refused> sorted = new ArrayList<>(newest);
    sorted.sort(byTime.reversed());
    return sorted;
  }

  private interface RowConsumer {
    void accept(@Nullable Object[] row);
  }

  private void forEach(List<String> columns, RowConsumer consumer) {
    try (CloseableIterator<@Nullable Object[]> rows = table.rows(columns, OptionalLong.empty())) {
      while (rows.hasNext()) {
        consumer.accept(rows.next());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  private static @Nullable LocalDateTime later(
      @Nullable LocalDateTime a, @Nullable LocalDateTime b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isAfter(b) ? a : b;
  }
}
