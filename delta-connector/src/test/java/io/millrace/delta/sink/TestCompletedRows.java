package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.IdentityRange;
import io.millrace.delta.kernel.TableDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables with generated and identity columns, which Kernel does not write at all. */
class TestCompletedRows {
  private static final RowType WHOLE =
      type(
          DataTypes.FIELD("id", DataTypes.BIGINT()),
          DataTypes.FIELD("name", DataTypes.STRING()),
          DataTypes.FIELD("twice", DataTypes.BIGINT()));
  private static final RowType PART =
      type(DataTypes.FIELD("id", DataTypes.BIGINT()), DataTypes.FIELD("name", DataTypes.STRING()));
  private static final Map<String, String> TWICE =
      Map.of("delta.generationExpression.twice", "id * 2", "delta.checkpointInterval", "3");

  @TempDir private Path folder;

  private DeltaTableSpec spec(RowType type, Map<String, String> properties, String... key) {
    return new DeltaTableSpec(
        "orders",
        folder.resolve("orders").toString(),
        "test/orders",
        type,
        List.of(key),
        properties);
  }

  private static RowType type(Field... fields) {
    return (RowType) DataTypes.ROW(fields).notNull().getLogicalType();
  }

  /** The third column is NULL but for every third row, which has the right value. */
  private static final NumberSource.Filler SOME_GIVEN =
      (row, n) -> {
        row.setLong(0, n);
        row.setString(1, "n" + n);
        if (n % 3 == 0) {
          row.setLong(2, 2 * n);
        } else {
          row.setNull(2);
        }
      };

  private static final NumberSource.Filler NONE_GIVEN =
      (row, n) -> {
        row.setLong(0, n);
        row.setString(1, "n" + n);
      };

  private static List<String> twice(long end) {
    List<String> rows = new ArrayList<>();
    for (long n = 0; n < end; n++) {
      rows.add("%d|n%d|%d".formatted(n, n, 2 * n));
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void missingValuesOfGeneratedColumnsAreMadeAndTheTableGetsCheckpoints() throws Exception {
    DeltaTableSpec whole = spec(WHOLE, TWICE);
    new SinkJob(folder, whole, SOME_GIVEN).numbers(0, 50).perCheckpoint(7).run();
    // A job that does not know the column.
    new SinkJob(folder, spec(PART, TWICE), NONE_GIVEN).numbers(50, 60).run();

    assertThat(SinkJob.rows(whole)).isEqualTo(twice(60));
    assertThat(folder.resolve("orders/_delta_log/_last_checkpoint")).exists();
    assertThat(folder.resolve("orders/_delta_log/%020d.json".formatted(0)))
        .content()
        .contains("\"minWriterVersion\":4", "delta.generationExpression");
  }

  @Test
  void aWrongValueEndsTheJob() {
    NumberSource.Filler wrong =
        (row, n) -> {
          row.setLong(0, n);
          row.setString(1, "n" + n);
          row.setLong(2, 2 * n + (n == 7 ? 1 : 0));
        };

    assertThatThrownBy(() -> new SinkJob(folder, spec(WHOLE, TWICE), wrong).numbers(0, 10).run())
        .satisfies(
            failure -> {
              MillraceException known = MillraceException.in(failure);
              assertThat(known.code()).isEqualTo(ErrorCode.CHECK_VIOLATED);
              assertThat(known.problem())
                  .isEqualTo(
                      "a row does not meet constraint Generated Column of table orders:"
                          + " `twice` <=> (id * 2)");
            });
  }

  @Test
  void constraintsSeeMadeValuesAndUpsertsHaveThem() throws Exception {
    Map<String, String> properties = new TreeMap<>(TWICE);
    properties.put("delta.constraints.even", "twice % 2 = 0 AND twice < 1000");
    properties.put("delta.enableChangeDataFeed", "true");
    DeltaTableSpec upserts =
        spec(
            type(
                DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
                DataTypes.FIELD("name", DataTypes.STRING()),
                DataTypes.FIELD("twice", DataTypes.BIGINT())),
            properties,
            "id");
    NumberSource.Filler changes =
        (row, n) -> {
          row.setLong(0, n % 20);
          row.setString(1, "n" + n % 20);
          row.setNull(2);
          row.setRowKind(RowKind.UPDATE_AFTER);
        };

    new SinkJob(folder, upserts, changes).numbers(0, 200).perCheckpoint(50).run();

    assertThat(SinkJob.rows(upserts)).isEqualTo(twice(20));
    new ChangeFeed(upserts).requireExact();
    NumberSource.Filler large =
        (row, n) -> {
          row.setLong(0, 600 + n);
          row.setNull(1);
          row.setNull(2);
          row.setRowKind(RowKind.UPDATE_AFTER);
        };
    assertThatThrownBy(() -> new SinkJob(folder, upserts, large).numbers(0, 1).run())
        .satisfies(
            failure ->
                assertThat(MillraceException.in(failure).problem()).contains("constraint even"));
  }

  @Test
  void whatCannotBeEvaluatedIsRefusedBeforeTheTableIsMade() {
    DeltaTableSpec spec = spec(WHOLE, Map.of("delta.generationExpression.twice", "ascii(name)"));

    assertThatThrownBy(() -> TableCommitter.open(spec))
        .hasMessageContaining(
            "generated column twice of table orders (ascii(name)) cannot be evaluated here because"
                + " of the function ascii");
    assertThat(folder.resolve("orders/_delta_log/%020d.json".formatted(0))).doesNotExist();
    assertThatThrownBy(
            () ->
                TableCommitter.open(
                    spec(WHOLE, Map.of("delta.generationExpression.thrice", "id * 3"))))
        .hasMessageContaining(
            "PROPERTY_INVALID: property delta.generationExpression.thrice of table orders is"
                + " 'thrice': the table has no such column");
  }

  private static Map<String, String> identity(String value) {
    return Map.of("delta.identity.twice", value, "delta.checkpointInterval", "5");
  }

  private List<Long> numbers() {
    return SinkJob.rows(spec(WHOLE, Map.of())).stream()
        .map(row -> Long.parseLong(row.substring(row.lastIndexOf('|') + 1)))
        .toList();
  }

  @Test
  void everyRowHasANumberOfItsOwnWhateverFails() throws Exception {
    DeltaTableSpec spec = spec(PART, identity("ALWAYS START WITH 10 INCREMENT BY 5"));
    DeltaTableSpec created = spec(WHOLE, identity("ALWAYS START WITH 10 INCREMENT BY 5"));
    TableCommitter.open(created).close();

    new SinkJob(folder, spec, NONE_GIVEN)
        .numbers(0, 3_000)
        .perCheckpoint(400)
        .probe(new Probe().failAt("row", 1_300).failAt("committed", 3))
        .run();
    new SinkJob(folder, spec, NONE_GIVEN).parallelism(3).numbers(3_000, 4_000).run();

    List<Long> numbers = numbers();
    assertThat(numbers).hasSize(4_000).doesNotHaveDuplicates();
    assertThat(numbers).allMatch(number -> number >= 10 && number % 5 == 0);
    assertThat(folder.resolve("orders/_delta_log/%020d.json".formatted(0)))
        .content()
        .contains("\"minWriterVersion\":6", "delta.identity.allowExplicitInsert");
  }

  @Test
  void numbersMayCountDown() throws Exception {
    TableCommitter.open(spec(WHOLE, identity("BY DEFAULT INCREMENT BY -3"))).close();
    TableDefinition table = TableDefinition.of(spec(PART, Map.of()));

    IdentityRange first = IdentityRange.take(table, "twice", 4);
    IdentityRange second = IdentityRange.take(table, "twice", 4);

    assertThat(List.of(first.at(0), first.at(3), second.at(0), second.at(3)))
        .containsExactly(1L, -8L, -11L, -20L);
  }

  @Test
  void rangesOfWritersAtTheSameTimeDoNotMeet() throws Exception {
    TableCommitter.open(spec(WHOLE, identity("ALWAYS"))).close();
    TableDefinition table = TableDefinition.of(spec(PART, Map.of()));
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Callable<IdentityRange>> tasks = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      tasks.add(() -> IdentityRange.take(table, "twice", 10));
    }
    Set<Long> firsts = new TreeSet<>();
    for (Future<IdentityRange> task : pool.invokeAll(tasks)) {
      firsts.add(task.get().first());
    }
    pool.shutdown();

    Set<Long> expected = new HashSet<>();
    for (long i = 0; i < 24; i++) {
      expected.add(1 + 10 * i);
    }
    assertThat(firsts).isEqualTo(expected);
  }

  @Test
  void givenNumbersAreTakenByDefaultAndRefusedIfAlwaysMade() throws Exception {
    DeltaTableSpec byDefault = spec(WHOLE, identity("BY DEFAULT START WITH 1000"));
    new SinkJob(folder, byDefault, SOME_GIVEN).parallelism(1).numbers(0, 9).run();
    assertThat(numbers())
        .containsExactlyInAnyOrder(0L, 6L, 12L, 1000L, 1001L, 1002L, 1003L, 1004L, 1005L);

    DeltaTableSpec always =
        new DeltaTableSpec(
            "always",
            folder.resolve("always").toString(),
            "test/always",
            WHOLE,
            List.of(),
            identity("ALWAYS"));
    assertThatThrownBy(() -> new SinkJob(folder, always, SOME_GIVEN).numbers(0, 9).run())
        .satisfies(
            failure ->
                assertThat(MillraceException.in(failure).problem())
                    .isEqualTo(
                        "a row has a value for column twice of table always, which is GENERATED"
                            + " ALWAYS AS IDENTITY"));
  }

  @Test
  void tablesThatNumberTheirRowsAreNotUpserted() {
    DeltaTableSpec spec =
        spec(
            type(
                DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
                DataTypes.FIELD("twice", DataTypes.BIGINT())),
            identity("ALWAYS"),
            "id");

    assertThatThrownBy(() -> TableCommitter.open(spec))
        .hasMessageContaining(
            "is to be upserted and has identity column twice, so that a row would get another"
                + " number whenever it is replaced");
  }
}
