package io.millrace.delta.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.types.StructType;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestDeltaTypes {
  private static RowType row(DataTypes.Field... fields) {
    return (RowType) DataTypes.ROW(fields).notNull().getLogicalType();
  }

  @Test
  void everyTypeHasItsCounterpart() {
    StructType schema =
        DeltaTypes.toDelta(
            row(
                DataTypes.FIELD("a", DataTypes.BOOLEAN().notNull()),
                DataTypes.FIELD("b", DataTypes.TINYINT()),
                DataTypes.FIELD("c", DataTypes.SMALLINT()),
                DataTypes.FIELD("d", DataTypes.INT()),
                DataTypes.FIELD("e", DataTypes.BIGINT().notNull()),
                DataTypes.FIELD("f", DataTypes.FLOAT()),
                DataTypes.FIELD("g", DataTypes.DOUBLE()),
                DataTypes.FIELD("h", DataTypes.DECIMAL(12, 2)),
                DataTypes.FIELD("i", DataTypes.CHAR(3)),
                DataTypes.FIELD("j", DataTypes.VARCHAR(10)),
                DataTypes.FIELD("k", DataTypes.STRING()),
                DataTypes.FIELD("l", DataTypes.BINARY(3)),
                DataTypes.FIELD("m", DataTypes.BYTES()),
                DataTypes.FIELD("n", DataTypes.DATE()),
                DataTypes.FIELD("o", DataTypes.TIMESTAMP(3)),
                DataTypes.FIELD("p", DataTypes.TIMESTAMP_LTZ(6)),
                DataTypes.FIELD("q", DataTypes.ARRAY(DataTypes.INT().notNull())),
                DataTypes.FIELD("r", DataTypes.MAP(DataTypes.STRING(), DataTypes.BIGINT())),
                DataTypes.FIELD(
                    "s", DataTypes.ROW(DataTypes.FIELD("x", DataTypes.INT().notNull())))));

    assertThat(schema.fields())
        .extracting(f -> f.getName() + " " + f.getDataType() + (f.isNullable() ? "" : " NOT NULL"))
        .containsExactly(
            "a boolean NOT NULL",
            "b byte",
            "c short",
            "d integer",
            "e long NOT NULL",
            "f float",
            "g double",
            "h Decimal(12, 2)",
            "i string",
            "j string",
            "k string",
            "l binary",
            "m binary",
            "n date",
            "o timestamp_ntz",
            "p timestamp",
            "q array[integer]",
            "r map[string, long]",
            "s struct(StructField(name=x,type=integer,nullable=false,metadata={},typeChanges=[]))");
    assertThat(DeltaTypes.toDelta(DeltaTypes.toFlink(schema))).isEqualTo(schema);
  }

  @Test
  void deltaTypesComeBackAsFlinkTypes() {
    RowType flink =
        DeltaTypes.toFlink(
            DeltaTypes.toDelta(
                row(
                    DataTypes.FIELD("c", DataTypes.CHAR(3)),
                    DataTypes.FIELD("t", DataTypes.TIMESTAMP(3).notNull()),
                    DataTypes.FIELD("z", DataTypes.TIMESTAMP_LTZ(9)))));

    assertThat(flink.asSummaryString())
        .isEqualTo("ROW<`c` STRING, `t` TIMESTAMP(6) NOT NULL, `z` TIMESTAMP_LTZ(6)> NOT NULL");
  }

  @ParameterizedTest
  @CsvSource({"TIME, TIME(0)", "MULTISET, MULTISET<INT>", "INTERVAL, INTERVAL DAY(2) TO SECOND(6)"})
  void typesThatDeltaHasNotAreRefusedNamingTheColumn(String kind, String described) {
    DataType type =
        switch (kind) {
          case "TIME" -> DataTypes.TIME(0);
          case "MULTISET" -> DataTypes.MULTISET(DataTypes.INT());
          default -> DataTypes.INTERVAL(DataTypes.DAY(2), DataTypes.SECOND(6));
        };
    RowType row =
        row(
            DataTypes.FIELD(
                "outer", DataTypes.ROW(DataTypes.FIELD("inner", DataTypes.ARRAY(type)))));

    assertThatThrownBy(() -> DeltaTypes.toDelta(row))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TYPE_UNSUPPORTED))
        .hasMessageContaining(
            "column outer.inner[] has type " + described + ", which Delta tables cannot hold");
  }
}
