package io.millrace.delta.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.filter.RowFilter.And;
import io.millrace.delta.filter.RowFilter.Compare;
import io.millrace.delta.filter.RowFilter.Comparison;
import io.millrace.delta.filter.RowFilter.In;
import io.millrace.delta.filter.RowFilter.IsNull;
import io.millrace.delta.filter.RowFilter.Or;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;

class TestRowFilter {
  private static final ColumnRef ID = column("id", new BigIntType());

  private static ColumnRef column(String path, LogicalType type) {
    return new ColumnRef(List.of(path.split("\\.")), type);
  }

  private static FileBounds file(String stats) {
    Map<String, String> partition = new HashMap<>();
    partition.put("p", "north");
    partition.put("q", null);
    partition.put("at", "2026-01-01 00:00:00.5");
    return new FileBounds(partition, Optional.of(stats));
  }

  private static final FileBounds TEN_TO_TWENTY =
      file(
          "{\"numRecords\":5,\"minValues\":{\"id\":10,\"name\":\"b\",\"d\":1.5,\"price\":0.10,"
              + "\"day\":\"2026-01-02\",\"t\":\"2026-01-01T00:00:00.000Z\",\"r\":{\"x\":1}},"
              + "\"maxValues\":{\"id\":20,\"name\":\"dz\",\"d\":2.5,\"price\":9.99,"
              + "\"day\":\"2026-01-05\",\"t\":\"2026-01-01T00:00:01.000Z\",\"r\":{\"x\":3}},"
              + "\"nullCount\":{\"id\":0,\"name\":2,\"none\":5}}");

  private static boolean id(Comparison comparison, long value) {
    return new Compare(ID, comparison, value).mayMatch(TEN_TO_TWENTY);
  }

  @Test
  void aFileIsSkippedExactlyWhenItsBoundsSayNo() {
    assertThat(id(Comparison.EQUAL, 9)).isFalse();
    assertThat(id(Comparison.EQUAL, 10)).isTrue();
    assertThat(id(Comparison.EQUAL, 20)).isTrue();
    assertThat(id(Comparison.EQUAL, 21)).isFalse();
    assertThat(id(Comparison.LESS, 10)).isFalse();
    assertThat(id(Comparison.LESS, 11)).isTrue();
    assertThat(id(Comparison.LESS_OR_EQUAL, 9)).isFalse();
    assertThat(id(Comparison.LESS_OR_EQUAL, 10)).isTrue();
    assertThat(id(Comparison.GREATER, 20)).isFalse();
    assertThat(id(Comparison.GREATER, 19)).isTrue();
    assertThat(id(Comparison.GREATER_OR_EQUAL, 21)).isFalse();
    assertThat(id(Comparison.GREATER_OR_EQUAL, 20)).isTrue();
    assertThat(id(Comparison.NOT_EQUAL, 15)).isTrue();
    assertThat(new Compare(ID, Comparison.NOT_EQUAL, 7L).mayMatch(column -> Bounds.exactly(7L)))
        .isFalse();
  }

  @Test
  void everyTypeOfStatisticsIsUnderstood() {
    var name = column("name", VarCharType.STRING_TYPE);
    var t = column("t", new LocalZonedTimestampType(6));
    assertThat(new Compare(name, Comparison.GREATER, Utf8.of("dz")).mayMatch(TEN_TO_TWENTY))
        .isFalse();
    assertThat(new Compare(name, Comparison.EQUAL, Utf8.of("c")).mayMatch(TEN_TO_TWENTY)).isTrue();
    assertThat(
            new Compare(column("d", new DoubleType()), Comparison.LESS, 1.5)
                .mayMatch(TEN_TO_TWENTY))
        .isFalse();
    assertThat(
            new Compare(
                    column("price", new DecimalType(5, 2)),
                    Comparison.GREATER_OR_EQUAL,
                    new BigDecimal("9.991"))
                .mayMatch(TEN_TO_TWENTY))
        .isFalse();
    assertThat(
            new Compare(column("day", new DateType()), Comparison.EQUAL, 20_459L)
                .mayMatch(TEN_TO_TWENTY))
        .isFalse();
    assertThat(
            new Compare(column("r.x", new BigIntType()), Comparison.GREATER, 3L)
                .mayMatch(TEN_TO_TWENTY))
        .isFalse();
    // The maximum may be less than a millisecond later than it says.
    long end = FilterValues.micros(Instant.parse("2026-01-01T00:00:01.000999Z"));
    assertThat(new Compare(t, Comparison.EQUAL, end).mayMatch(TEN_TO_TWENTY)).isTrue();
    assertThat(new Compare(t, Comparison.EQUAL, end + 1).mayMatch(TEN_TO_TWENTY)).isFalse();
  }

  @Test
  void partitionsAreKnownExactly() {
    var p = column("p", VarCharType.STRING_TYPE);
    var q = column("q", VarCharType.STRING_TYPE);
    var at = column("at", new LocalZonedTimestampType(6));
    FileBounds file = file("{}");
    assertThat(new Compare(p, Comparison.EQUAL, Utf8.of("north")).mayMatch(file)).isTrue();
    assertThat(new Compare(p, Comparison.EQUAL, Utf8.of("south")).mayMatch(file)).isFalse();
    assertThat(new Compare(p, Comparison.NOT_EQUAL, Utf8.of("north")).mayMatch(file)).isFalse();
    assertThat(new Compare(q, Comparison.EQUAL, Utf8.of("x")).mayMatch(file)).isFalse();
    assertThat(new IsNull(q, true).mayMatch(file)).isTrue();
    assertThat(new IsNull(q, false).mayMatch(file)).isFalse();
    assertThat(new IsNull(p, true).mayMatch(file)).isFalse();
    long half = FilterValues.micros(Instant.parse("2026-01-01T00:00:00.500Z"));
    assertThat(new Compare(at, Comparison.EQUAL, half).mayMatch(file)).isTrue();
    assertThat(new Compare(at, Comparison.GREATER, half).mayMatch(file)).isFalse();
  }

  @Test
  void nullsAndWhatIsNotKnownAreNotGuessed() {
    var none = column("none", new BigIntType());
    var unknown = column("unknown", new BigIntType());
    assertThat(new IsNull(none, false).mayMatch(TEN_TO_TWENTY)).isFalse();
    assertThat(new Compare(none, Comparison.EQUAL, 1L).mayMatch(TEN_TO_TWENTY)).isFalse();
    assertThat(new IsNull(ID, true).mayMatch(TEN_TO_TWENTY)).isFalse();
    assertThat(new IsNull(unknown, true).mayMatch(TEN_TO_TWENTY)).isTrue();
    assertThat(new Compare(unknown, Comparison.EQUAL, 1L).mayMatch(TEN_TO_TWENTY)).isTrue();
    assertThat(new Compare(ID, Comparison.EQUAL, 1L).mayMatch(file("not json"))).isTrue();
    assertThat(RowFilter.TRUE.mayMatch(TEN_TO_TWENTY)).isTrue();
    assertThat(new Or(List.of()).mayMatch(TEN_TO_TWENTY)).isFalse();
  }

  @Test
  void tenThousandKeysAreLookedUpAndDoNotRunOutOfStack() {
    List<Comparable<?>> odd = new ArrayList<>();
    LongStream.range(0, 10_000).map(n -> 30 - 2 * n).forEach(odd::add);
    assertThat(new In(ID, odd).mayMatch(TEN_TO_TWENTY)).isTrue();
    odd.removeIf(n -> (Long) n >= 10 && (Long) n <= 20);
    assertThat(new In(ID, odd).mayMatch(TEN_TO_TWENTY)).isFalse();
    List<RowFilter> pairs = new ArrayList<>();
    for (long n = 30; n < 10_030; n++) {
      pairs.add(
          new And(
              List.of(
                  new Compare(ID, Comparison.EQUAL, n),
                  new Compare(
                      column("name", VarCharType.STRING_TYPE), Comparison.EQUAL, Utf8.of("c")))));
    }
    assertThat(new Or(pairs).mayMatch(TEN_TO_TWENTY)).isFalse();
  }

  @Test
  void timesFarAwayAreTheMicrosecondsThatTheyAre() {
    assertThat(FilterValues.micros("9999-12-31T23:59:59.999999Z"))
        .isEqualTo(253_402_300_799_999_999L);
    assertThat(FilterValues.micros("0001-01-01 00:00:00")).isEqualTo(-62_135_596_800_000_000L);
    assertThat(FilterValues.micros("1969-12-31T23:59:59.999999Z")).isEqualTo(-1);
  }
}
