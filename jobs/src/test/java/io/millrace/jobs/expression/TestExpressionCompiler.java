package io.millrace.jobs.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class TestExpressionCompiler {
  private static final ExpressionCompiler COMPILER = new ExpressionCompiler();
  private static final LogicalType STRING = VarCharType.STRING_TYPE;
  private static final RowType ROW =
      RowType.of(
          new LogicalType[] {new IntType(false), new BigIntType(), STRING, STRING},
          new String[] {"a", "b", "c", "d"});
  private static final Scope SCOPE =
      new Scope(
          List.of(
              Column.of("t", "a", new IntType(false), 0),
              Column.of("u", "a", new BigIntType(), 1),
              new Column(Optional.of("t"), List.of("o", "order_id"), STRING, 2),
              Column.of("t", "user", STRING, 3)));

  private static final Scope SCOPE2 =
      new Scope(
          List.of(
              Column.of("t", "a", new IntType(), 0),
              Column.of("u", "b", new LocalZonedTimestampType(3), 1)));

  @Test
  void namesAreFoundBareQualifiedAndInsideFlattenedStructs() {
    FlatRow row = FlatRows.of(ROW, 1, 2L, "three", "four");
    FlatRow result = new FlatRow(RowType.of(STRING));
    for (String text : List.of("o.order_id", "t.o.order_id", "t.`o`.order_id")) {
      Expression expression = compile(text);
      assertThat(expression.type()).isEqualTo(STRING);
      expression.evaluate(row, result, 0);
      assertThat(result.getString(0)).hasToString("three");
    }
    compile("`user`").evaluate(row, result, 0);
    assertThat(result.getString(0)).hasToString("four");
    assertThat(compile("t.a").type()).isEqualTo(new IntType(false));
    assertThat(compile("u.a").type()).isEqualTo(new BigIntType());
  }

  @Test
  void aFieldOfAStructColumnIsReached() {
    RowType inner = RowType.of(new LogicalType[] {STRING}, new String[] {"city"});
    RowType type = RowType.of(new LogicalType[] {inner}, new String[] {"address"});
    Scope scope = new Scope(List.of(Column.of("t", "address", inner, 0)));
    Expression expression =
        COMPILER
            .compile(SqlText.parseExpression("UPPER(t.address.city)"), scope)
            .compiled()
            .orElseThrow();
    FlatRow result = new FlatRow(RowType.of(STRING));
    expression.evaluate(
        FlatRows.of(type, GenericRowData.of(StringData.fromString("Rome"))), result, 0);
    assertThat(result.getString(0)).hasToString("ROME");
    expression.evaluate(FlatRows.of(type, (Object) null), result, 0);
    assertThat(result.isNullAt(0)).isTrue();
    assertThatThrownBy(() -> COMPILER.compile(SqlText.parseExpression("address.x.y"), SCOPE))
        .hasMessageContaining("there is no column address.x.y");
  }

  @Test
  void anExpressionSurvivesSerialization() throws Exception {
    FlatRow result = new FlatRow(RowType.of(STRING));
    for (String text : List.of("UPPER(o.order_id || 'x')", "REVERSE(o.order_id || 'x')")) {
      Expression copy = InstantiationUtil.clone(compile(text));
      copy.evaluate(FlatRows.of(ROW, 1, 2L, "abc", "four"), result, 0);
      assertThat(result.getString(0)).hasToString(text.startsWith("U") ? "ABCX" : "xcba");
    }
  }

  @Test
  void aConditionIsTrueOnlyWhereItIsTrue() {
    Predicate predicate = predicate("u.a IS NOT NULL");
    assertThat(predicate.isTrue(FlatRows.of(ROW, 1, 2L, "", ""))).isTrue();
    assertThat(predicate.isTrue(FlatRows.of(ROW, 1, null, "", ""))).isFalse();
    assertThat(compile("u.a IS NULL").type()).isEqualTo(new BooleanType(false));
  }

  @Test
  void anUnknownColumnIsNamedWithItsPlaceAndTheNearestOne() {
    assertThatThrownBy(() -> compile("1 +\n  o.order_ids"))
        .isInstanceOf(MillraceException.class)
        .hasMessage(
            "COLUMN_NOT_FOUND: there is no column o.order_ids at line 2, column 3\n"
                + "  Remedy: did you mean o.order_id? columns are t.a, u.a, t.o.order_id, t.user");
    assertThatThrownBy(() -> compile("order_id"))
        .hasMessageContaining("there is no column order_id at line 1, column 1");
    assertThatThrownBy(() -> compile("A")).hasMessageContaining("did you mean a?");
  }

  @Test
  void anAmbiguousColumnIsRefusedWithItsCandidates() {
    assertThatThrownBy(() -> compile("a"))
        .hasMessage(
            "COLUMN_NOT_FOUND: the column a at line 1, column 1 is ambiguous\n"
                + "  Remedy: write one of t.a, u.a");
  }

  @Test
  void aConditionHasToBeBoolean() {
    assertThatThrownBy(() -> predicate("t.a"))
        .hasMessage(
            "TYPE_MISMATCH: the condition at line 1, column 1 is INT NOT NULL, not BOOLEAN\n"
                + "  Remedy: compare it with something, or write IS NOT NULL");
  }

  @Test
  void aSyntaxErrorIsPlacedInTheFile() {
    assertThatThrownBy(() -> SqlText.parseExpression("a >\n > 1", "20_silver.sql", 7, 30))
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith("SQL_SYNTAX: 20_silver.sql:7:32: ")
        .hasMessageContaining("Encountered");
    assertThat(SqlText.parseExpression("a", "f.sql", 7, 30).getParserPosition().getColumnNum())
        .isEqualTo(30);
    assertThat(SqlText.parseQuery("SELECT a FROM t", "f.sql", 3, 1).getParserPosition())
        .hasToString("line 3, column 1");
  }

  @Test
  void whatHasNoEvaluatorIsUnsupportedWithReasonAndPlace() {
    Compiled<Expression> compiled =
        COMPILER.compile(SqlText.parseExpression("t.a > (SELECT 1)"), SCOPE);
    assertThat(compiled.compiled()).isEmpty();
    assertThat(((Compiled.Unsupported<Expression>) compiled).reason())
        .isEqualTo("SELECT is not a scalar expression");
    compiled = COMPILER.compile(SqlText.parseExpression("t.o.order_id = t.a"), SCOPE);
    assertThat(compiled)
        .asString()
        .contains("implicit type conversion between VARCHAR and INTEGER");
    compiled = COMPILER.compile(SqlText.parseExpression("t.a IS NULL OR\n  NOW() > u.b"), SCOPE2);
    assertThat(compiled)
        .hasToString(
            "Unsupported[reason=NOW depends on more than the row, position=line 2, column 3]");
  }

  private static Expression compile(String text) {
    return COMPILER.compile(SqlText.parseExpression(text), SCOPE).compiled().orElseThrow();
  }

  private static Predicate predicate(String text) {
    return COMPILER.predicate(SqlText.parseExpression(text), SCOPE).compiled().orElseThrow();
  }
}
