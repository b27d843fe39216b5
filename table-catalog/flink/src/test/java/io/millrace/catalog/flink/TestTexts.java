package io.millrace.catalog.flink;

import static io.millrace.catalog.flink.Failures.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.access.SecurableType;
import java.util.List;
import org.apache.flink.table.catalog.ObjectPath;
import org.junit.jupiter.api.Test;

/** Types, names and queries as texts. */
class TestTexts {
  @Test
  void typesAreReadAsSparkAndUnityCatalogWriteThem() {
    for (String text :
        List.of(
            "int",
            "decimal(10,2)",
            "array<map<string,struct<a:int,`b c``d`:timestamp_ntz>>>",
            "struct<>")) {
      assertThat(TypeText.of(TypeText.parse("column c", text))).isEqualTo(text);
    }
    assertThat(TypeText.of(TypeText.parse("column c", " STRUCT < a : LONG , b VARCHAR(3) > ")))
        .isEqualTo("struct<a:bigint,b:string>");
    assertThat(TypeText.of(TypeText.parse("column c", "decimal"))).isEqualTo("decimal(10,0)");
    for (String text :
        List.of("", "interval day", "array<int", "decimal(99,2)", "int int", "struct<`a:int>")) {
      refused(
          ErrorCode.TYPE_UNSUPPORTED,
          "column c has the type '%s', which Flink has not".formatted(text),
          () -> TypeText.parse("column c", text));
    }
    String deep = "array<".repeat(1000) + "int" + ">".repeat(1000);
    refused(ErrorCode.TYPE_UNSUPPORTED, "column c", () -> TypeText.parse("column c", deep));
  }

  @Test
  void fullNamesAreFoundInQueriesAndNowhereElse() {
    String sql =
        "SELECT `t`.`a`, 'main.s.no', 'it''s main.s.no', main . s . f (1.5) -- main.s.no\n"
            + "FROM `main`.`s`.`my``t` AS `t` /* main.s.no */ JOIN other.s.u ON TRUE";

    assertThat(ViewSql.names(sql).stream().map(n -> n.catalog() + "/" + n.object() + n.called()))
        .containsExactly("main/ftrue", "main/my`tfalse", "other/ufalse");
    assertThat(ViewSql.withCatalogs(sql, name -> name.equals("main") ? "l`k" : name))
        .isEqualTo(
            sql.replace("main . s . f", "`l``k` . s . f").replace("`main`.`s`", "`l``k`.`s`"));
  }

  @Test
  void namesAreCompleted() {
    CatalogNames names = new CatalogNames("lake", "main", "default");

    assertThat(names.table("t")).isEqualTo(new ObjectPath("default", "t"));
    assertThat(names.table("lake.s.`t`")).isEqualTo(new ObjectPath("s", "t"));
    assertThat(names.table("MAIN.s.t")).isEqualTo(new ObjectPath("s", "t"));
    assertThat(names.securable(SecurableType.SCHEMA, "lake.s")).isEqualTo("main.s");
    assertThat(names.securable(SecurableType.CATALOG, "lake")).isEqualTo("main");
    assertThat(names.securable(SecurableType.CATALOG, "other")).isEqualTo("other");
    assertThat(names.securable(SecurableType.EXTERNAL_LOCATION, "a.b")).isEqualTo("a.b");
    for (String wrong : List.of("", "a..b", "other.s.t", "a.b.c.d", "a/b")) {
      refused(
          ErrorCode.OPTION_INVALID,
          "'%s' names nothing in this catalog".formatted(wrong),
          () -> names.table(wrong));
    }
  }
}
