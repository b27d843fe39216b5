import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.SchemaEvolution;
import io.millrace.delta.sink.DeltaSink;
import io.millrace.delta.sink.Epoch;
import io.millrace.delta.sink.EpochListener;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.types.RowKind;

/**
 * Real Flink jobs with the connector's sink, in a process with the product's libraries and not
 * Spark's: compiled by the test and started with {@code ours ROOT} before Spark reads, and with {@code
 * theirs ROOT} after Spark has made tables to append to.
 */
public final class SinkDriver {
  private final String root;

  private static final class Silent implements EpochListener {
    private static final long serialVersionUID = 1L;

    @Override
    public void open() {}

    @Override
    public void prepared(Epoch epoch) {}

    @Override
    public void committed(Epoch epoch, Map<String, Long> versions) {}
  }

  private SinkDriver(String root) {
    this.root = root;
  }

  public static void main(String[] arguments) throws Exception {
    SinkDriver driver = new SinkDriver(arguments[1]);
    switch (arguments[0]) {
      case "ours" -> driver.ours();
      case "theirs" -> driver.theirs();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private void ours() throws Exception {
    RowType partitioned =
        type(
            "`n` BIGINT, `text` STRING, `day` DATE, `wall` TIMESTAMP(6), `at` TIMESTAMP_LTZ(6),"
                + " `price` DECIMAL(20, 10), `flag` BOOLEAN, `real8` DOUBLE");
    List<RowData> rows = new ArrayList<>();
    long n = 0;
    for (String value : List.of("a/b=c", "ü €%", "x:y 'z'", "..", "{[^]}#?*\"\\", "line\nbreak")) {
      rows.add(
          GenericRowData.of(
              n,
              text(value),
              (int) LocalDate.of(2026, 11, 22).toEpochDay(),
              TimestampData.fromLocalDateTime(LocalDateTime.parse("2026-11-22T01:02:03.000004")),
              TimestampData.fromEpochMillis(n * 1_000, 5_000),
              decimal("0.0000000001", 20, 10),
              n % 2 == 0,
              1.5));
      n++;
    }
    rows.add(GenericRowData.of(n, null, null, null, null, null, null, null));
    run(
        spec("partitioned", partitioned, List.of(), Map.of())
            .partitionedBy(List.of("text", "day", "wall", "at", "price", "flag", "real8")),
        rows);

    RowType visits = type("`country` STRING NOT NULL, `id` BIGINT NOT NULL, `visits` BIGINT");
    var upserted =
        spec("upserted", visits, List.of("country", "id"), Map.of())
            .partitionedBy(List.of("country"));
    run(upserted, visits(0, 40));
    run(upserted, visits(40, 65));

    Map<String, String> mapping = Map.of("delta.columnMapping.mode", "name");
    run(
        spec("mapped", type("`my id` BIGINT, `place` ROW<`x, y` INT>"), List.of(), mapping),
        List.of(GenericRowData.of(1L, GenericRowData.of(7))));
    run(
        spec(
                "mapped",
                type(
                    "`my id` BIGINT, `place` ROW<`x, y` INT, `tags` ARRAY<STRING>>, `more` STRING"),
                List.of(),
                mapping)
            .evolving(SchemaEvolution.ADD),
        List.of(
            GenericRowData.of(
                2L,
                GenericRowData.of(8, new GenericArrayData(new Object[] {text("t")})),
                text("m"))));

    run(
        spec("added", type("`id` INT"), List.of(), Map.of()), List.of(GenericRowData.of(1)));
    run(
        spec("added", type("`id` INT, `s` ROW<`a` INT>, `wall` TIMESTAMP(6)"), List.of(), Map.of())
            .evolving(SchemaEvolution.ADD),
        List.of(GenericRowData.of(2, GenericRowData.of(3), TimestampData.fromEpochMillis(0))));

    Map<String, String> widening = Map.of("delta.enableTypeWidening", "true");
    run(
        spec("widened", type("`i` INT, `f` FLOAT, `d` DECIMAL(5, 2)"), List.of(), widening),
        List.of(GenericRowData.of(1, 0.5f, decimal("123.45", 5, 2))));
    run(
        spec("widened", type("`i` BIGINT, `f` DOUBLE, `d` DECIMAL(10, 4)"), List.of(), widening)
            .evolving(SchemaEvolution.WIDEN),
        List.of(GenericRowData.of(5_000_000_000L, 0.1, decimal("123456.7890", 10, 4))));

    run(
        spec(
            "constrained",
            type("`id` BIGINT"),
            List.of(),
            Map.of("delta.constraints.positive", "id > 0 AND id NOT IN (13)")),
        List.of(GenericRowData.of(1L)));
  }

  private static List<RowData> visits(long from, long to) {
    List<RowData> rows = new ArrayList<>();
    for (long n = from; n < to; n++) {
      GenericRowData row = GenericRowData.of(text("c" + n % 10 % 3), n % 10, n);
      row.setRowKind(n % 10 == 9 && n > 20 ? RowKind.DELETE : RowKind.INSERT);
      rows.add(row);
    }
    return rows;
  }

  private void theirs() throws Exception {
    run(
        spec("spark_mapped", type("`day` DATE, `renamed` BIGINT, `s` ROW<`b` INT>"), List.of(),
                Map.of())
            .partitionedBy(List.of("day")),
        List.of(
            GenericRowData.of(
                (int) LocalDate.of(2026, 11, 23).toEpochDay(), 2L, GenericRowData.of(20)),
            GenericRowData.of(null, 3L, null)));
    run(
        spec("spark_ids", type("`id` BIGINT, `extra` STRING"), List.of(), Map.of())
            .evolving(SchemaEvolution.ADD),
        List.of(GenericRowData.of(2L, text("e"))));
    run(
        spec("spark_constrained", type("`id` BIGINT NOT NULL, `name` STRING"), List.of(), Map.of()),
        List.of(GenericRowData.of(2L, text("b"))));
    try {
      run(
          spec(
              "spark_constrained", type("`id` BIGINT NOT NULL, `name` STRING"), List.of(), Map.of()),
          List.of(GenericRowData.of(-1L, text("b"))));
      throw new AssertionError("a row that does not meet a constraint was written");
    } catch (Exception e) {
      System.out.println(messages(e));
    }
    run(
        spec("spark_widened", type("`id` BIGINT"), List.of(), Map.of()),
        List.of(GenericRowData.of(5_000_000_000L)));
  }

  private static String messages(Throwable failure) {
    StringBuilder messages = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      messages.append(t.getMessage()).append('\n');
    }
    return messages.toString();
  }

  private DeltaTableSpec spec(
      String name, RowType type, List<String> key, Map<String, String> properties) {
    return new DeltaTableSpec(name, root + "/" + name, "driver/" + name, type, key, properties);
  }

  private static void run(DeltaTableSpec spec, List<RowData> rows) throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment();
    environment.enableCheckpointing(500);
    environment.setParallelism(2);
    var stream =
        environment
            .fromData(rows, InternalTypeInfo.of(spec.rowType()))
            .setParallelism(1);
    var parts =
        spec.upserts()
            ? DeltaSink.upsert(stream, spec, "write", false)
            : DeltaSink.append(stream.rebalance(), spec, "write");
    DeltaSink.commit(List.of(parts), List.of(spec), new Silent(), "commit");
    environment.execute(spec.name());
  }

  private static RowType type(String columns) {
    return (RowType)
        LogicalTypeParser.parse(
            "ROW<" + columns + "> NOT NULL", SinkDriver.class.getClassLoader());
  }

  private static StringData text(String text) {
    return StringData.fromString(text);
  }

  private static DecimalData decimal(String value, int precision, int scale) {
    return DecimalData.fromBigDecimal(new BigDecimal(value), precision, scale);
  }
}
