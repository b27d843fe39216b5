package io.millrace.delta.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestPartition {
  private static DeltaTableSpec spec(String type, List<String> key) {
    LogicalType parsed = LogicalTypeParser.parse(type, TestPartition.class.getClassLoader());
    RowType rowType =
        RowType.of(new LogicalType[] {parsed, parsed.copy(true)}, new String[] {"p", "v"});
    return new DeltaTableSpec("t", "/t", "s", rowType, key, Map.of()).partitionedBy(List.of("p"));
  }

  private static Partition partition(String type, Object value) {
    return new PartitionValues(spec(type, List.of())).of(GenericRowData.of(value, null));
  }

  @Test
  void valuesAreTextAsTheProtocolHasIt() {
    assertThat(partition("BOOLEAN", true).values()).containsEntry("p", "true");
    assertThat(partition("TINYINT", (byte) -1).values()).containsEntry("p", "-1");
    assertThat(partition("SMALLINT", (short) 300).values()).containsEntry("p", "300");
    assertThat(partition("INT", 70_000).values()).containsEntry("p", "70000");
    assertThat(partition("BIGINT", Long.MIN_VALUE).values())
        .containsEntry("p", "-9223372036854775808");
    assertThat(partition("FLOAT", 1.5f).values()).containsEntry("p", "1.5");
    assertThat(partition("DOUBLE", Double.NaN).values()).containsEntry("p", "NaN");
    assertThat(partition("DECIMAL(20, 10)", decimal("0.0000000001", 20, 10)).values())
        .containsEntry("p", "0.0000000001");
    assertThat(partition("DATE", 20_000).values()).containsEntry("p", "2024-10-04");
    assertThat(partition("TIMESTAMP(3)", TimestampData.fromEpochMillis(-1)).values())
        .containsEntry("p", "1969-12-31 23:59:59.999000");
    assertThat(partition("TIMESTAMP_LTZ(9)", TimestampData.fromEpochMillis(0, 1_999)).values())
        .containsEntry("p", "1970-01-01T00:00:00.000001Z");
    assertThat(partition("STRING", StringData.fromString("München")).folder())
        .isEqualTo("p=München/");
  }

  private static DecimalData decimal(String value, int precision, int scale) {
    return DecimalData.fromBigDecimal(new BigDecimal(value), precision, scale);
  }

  @Test
  void nullAndEmptyTextAreNull() {
    assertThat(partition("STRING", null))
        .isEqualTo(
            new Partition("p=__HIVE_DEFAULT_PARTITION__/", Collections.singletonMap("p", null)));
    assertThat(partition("STRING", StringData.fromString(""))).isEqualTo(partition("STRING", null));
  }

  @Test
  void emptyTextIsRefusedWhereNullIsNot() {
    assertThatThrownBy(() -> partition("STRING NOT NULL", StringData.fromString("")))
        .hasMessage(
            "NOT_NULL_VIOLATED: partition column p of table t is '' in a row, which Delta tables"
                + " hold as NULL\n  Remedy: give such rows another value, or drop them with an"
                + " expectation");
    assertThatThrownBy(() -> partition("STRING NOT NULL", null))
        .hasMessageStartingWith(
            "NOT_NULL_VIOLATED: column p of table t is NOT NULL and a row has no value for it");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "a/b;p=a%2Fb/",
        "k=v;p=k%3Dv/",
        "100%;p=100%25/",
        "12:30;p=12%3A30/",
        "a#b?c;p=a%23b%3Fc/",
        "{x}[y]^;p=%7Bx}%5By%5D%5E/",
        "..;p=../",
        "a b;p=a b/",
      },
      delimiter = ';')
  void charactersThatPathsCannotHoldAreEscapedAsSparkEscapesThem(String value, String folder) {
    Partition partition = partition("STRING", StringData.fromString(value));

    assertThat(partition.values()).containsEntry("p", value);
    assertThat(partition.folder()).isEqualTo(folder);
  }

  @Test
  void controlCharactersAreEscaped() {
    assertThat(Partition.of(List.of("a\tb"), Map.of("a\tb", "x\ny\u007F")).folder())
        .isEqualTo("a%09b=x%0Ay%7F/");
  }

  @Test
  void aFolderFollowsTheOrderOfTheColumns() {
    assertThat(Partition.of(List.of("b", "a"), Map.of("a", "1", "b", "2")).folder())
        .isEqualTo("b=2/a=1/");
    assertThat(Partition.of(List.of(), Map.of())).isSameAs(Partition.NONE);
  }

  @Test
  void aValueThatIsLongerThanAFileNameHasAFolderAllTheSame() {
    Partition one = partition("STRING", StringData.fromString("ü".repeat(300)));
    Partition other = partition("STRING", StringData.fromString("ü".repeat(301)));

    assertThat(one.values()).containsEntry("p", "ü".repeat(300));
    assertThat(one.folder()).startsWith("p=üüü").hasSizeLessThan(100);
    assertThat(one.folder()).isNotEqualTo(other.folder());
  }

  @Test
  void yearsThatReadersDoNotTakeAreRefused() {
    assertThatThrownBy(() -> partition("DATE", 3_000_000))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TYPE_UNSUPPORTED))
        .hasMessageContaining("partition column p of table t has a value in the year 10183");
  }

  @Test
  void columnsWithoutTextAreRefused() {
    assertThatThrownBy(() -> partition("BYTES", new byte[0]))
        .hasMessage(
            "TYPE_UNSUPPORTED: column p of table t has type BYTES, by which a Delta table cannot"
                + " be partitioned here\n  Remedy: partition by a column of a number, text, date"
                + " or timestamp type");
  }

  @Test
  void aTableOfNothingButPartitionColumnsIsRefused() {
    var spec = spec("INT", List.of()).partitionedBy(List.of("p", "v"));

    assertThatThrownBy(() -> new PartitionValues(spec))
        .hasMessageStartingWith("PROPERTY_INVALID: all columns of table t are partition columns");
  }
}
