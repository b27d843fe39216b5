package io.millrace.jobs.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.ValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever Flink says of its text is found again in the text of the user. */
class TestPositions {
  private static final Pattern MARKED = Pattern.compile("\\bmark_\\w+");

  /**
   * Queries with marked columns among everything that moves text: variables that shrink and grow,
   * relations that get plain names, comments, tabs, every kind of line end, characters outside the
   * basic plane. Flink's place of each marked column must be where the user wrote it.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyColumnIsFoundWhereItWasWritten(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      Map<String, String> variables = new HashMap<>();
      String sql = statement(random, variables);

      Query query = Pipelines.read(sql, variables).get(0).query();

      List<SqlIdentifier> identifiers = new ArrayList<>();
      query
          .parse()
          .accept(
              new SqlBasicVisitor<Void>() {
                @Override
                public Void visit(SqlIdentifier id) {
                  if (id.isSimple() && id.getSimple().startsWith("mark_")) {
                    identifiers.add(id);
                  }
                  return null;
                }
              });
      Matcher written = MARKED.matcher(sql);
      List<String> expected = new ArrayList<>();
      while (written.find()) {
        expected.add(written.group() + " " + place(sql, written.start()));
      }
      assertThat(identifiers)
          .as(sql)
          .extracting(id -> id.getSimple() + " " + query.body().at(id))
          .containsExactlyInAnyOrderElementsOf(expected);
      for (RelationReference reference : query.relations()) {
        int offset = offset(sql, reference.position());
        assertThat(sql.substring(offset)).as(sql).matches("(?s)(STREAM|read_files|sub|`?t\\d).*");
      }
    }
  }

  private static String statement(Random random, Map<String, String> variables) {
    StringBuilder sql = new StringBuilder("-- it's a /* test" + lineEnd(random));
    sql.append("CREATE STREAMING TABLE x AS SELECT");
    int columns = 1 + random.nextInt(6);
    for (int i = 0; i < columns; i++) {
      sql.append(space(random)).append(i == 0 ? "" : ",").append(space(random));
      switch (random.nextInt(6)) {
        case 0 -> sql.append("'").append(variable(random, variables)).append("'");
        case 1 -> sql.append("'\uD83D\uDE80 it''s' || ").append("mark_").append(i);
        case 2 -> sql.append("CASE WHEN mark_").append(i).append(" > 0 THEN 'STREAM(x)' END");
        case 3 -> sql.append(number(random, variables)).append(" + mark_").append(i);
        case 4 -> sql.append("(SELECT MAX(mark_").append(i).append(") FROM LIVE.sub)");
        default -> sql.append("mark_").append(i);
      }
      sql.append(" AS c").append(i);
    }
    sql.append(space(random)).append("FROM").append(space(random));
    int relations = 1 + random.nextInt(4);
    for (int i = 0; i < relations; i++) {
      sql.append(i == 0 ? "" : " JOIN" + space(random));
      switch (random.nextInt(6)) {
        case 0 -> sql.append("STREAM(").append(space(random)).append("t").append(i).append(")");
        case 1 -> sql.append("STREAM").append(space(random)).append("LIVE.t").append(i);
        case 2 ->
            sql.append("STREAM read_kafka(bootstrapServers =>")
                .append(space(random))
                .append("'b', subscribe => '")
                .append(variable(random, variables))
                .append("')");
        case 3 ->
            sql.append("read_files('")
                .append(i)
                .append("',")
                .append(space(random))
                .append("format => 'csv')");
        case 4 -> sql.append("LIVE").append(space(random)).append(".t").append(i);
        default -> sql.append("`t").append(i).append("`");
      }
      sql.append(" AS a").append(i);
      sql.append(i == 0 ? "" : " ON mark_on" + i + " = 1");
    }
    return sql.append(space(random)).append("WHERE mark_where IS NOT NULL;").toString();
  }

  private static String variable(Random random, Map<String, String> variables) {
    String name = "v" + variables.size();
    String[] values = {"x", "", "it's", "a\nb", "longer than its name is, by far", "`"};
    int chosen = random.nextInt(values.length);
    variables.put(name, values[chosen].isEmpty() ? "y" : values[chosen]);
    return "${" + name + "}";
  }

  private static String number(Random random, Map<String, String> variables) {
    String name = "n" + variables.size();
    variables.put(name, "1" + "0".repeat(random.nextInt(12)));
    return "${" + name + "}";
  }

  private static String space(Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> lineEnd(random);
      case 1 -> "\t";
      case 2 -> " /* \uD83D\uDE80 ${not} 'a" + lineEnd(random) + "*/ ";
      case 3 -> " -- STREAM(y) ; '" + lineEnd(random);
      default -> " ";
    };
  }

  private static String lineEnd(Random random) {
    return new String[] {"\n", "\r\n", "\r"}[random.nextInt(3)];
  }

  private static String place(String text, int offset) {
    String[] lines = text.substring(0, offset).split("\r\n|\r|\n", -1);
    return "a.sql:" + lines.length + ":" + (lines[lines.length - 1].length() + 1);
  }

  private static int offset(String text, Position position) {
    Matcher ends = Pattern.compile("\r\n|\r|\n").matcher(text);
    int start = 0;
    for (int line = 1; line < position.line(); line++) {
      assertThat(ends.find()).isTrue();
      start = ends.end();
    }
    return start + position.column() - 1;
  }

  @Test
  void whatFlinksValidatorFindsIsSaidOfTheUsersText() {
    Query query =
        Pipelines.read(
                """
                CREATE STREAMING TABLE silver AS
                SELECT '${pad}' AS pad,
                  order_idd
                FROM STREAM(
                  bronze);
                """,
                Map.of("pad", "one\ntwo\nthree"))
            .get(0)
            .query();

    assertThat(query.body().explain(validate(query.flinkSql()), List.of("order_id", "amount")))
        .hasMessage(
            """
            COLUMN_NOT_FOUND: a.sql:3:3: Column 'order_idd' not found in any table
                  order_idd
                  ^
              Remedy: did you mean 'order_id'? known columns: amount, order_id""");
  }

  @Test
  void anUnknownFunctionIsNamed() {
    Query query =
        Pipelines.read("CREATE STREAMING TABLE s AS SELECT 1 AS a,\n fo(order_id) FROM bronze;")
            .get(0)
            .query();

    assertThat(query.body().explain(validate(query.flinkSql()), List.of()))
        .hasMessageStartingWith(
            "SQL_UNSUPPORTED: a.sql:2:2: there is no function 'fo' for these arguments");
  }

  private static ValidationException validate(String sql) {
    TableEnvironment flink = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    flink.createTemporaryView(
        "bronze",
        flink.fromValues(DataTypes.ROW(DataTypes.FIELD("order_id", DataTypes.BIGINT())), 1L));
    try {
      flink.sqlQuery(sql);
      throw new AssertionError("Flink accepts " + sql);
    } catch (ValidationException e) {
      return e;
    }
  }
}
