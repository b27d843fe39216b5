package io.millrace.catalog.flink.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every statement of {@code statements.txt} has the lineage that is written below it. */
class TestLineageStatements {

  @TestFactory
  Stream<DynamicTest> streamsHaveTheLineageThatIsWrittenDown() throws IOException {
    LineageWalk walk = LineageWalk.in(Shop.open(true));
    return LineageCase.all().stream()
        .filter(LineageCase::stream)
        .map(each -> DynamicTest.dynamicTest(each.title(), () -> hasItsLineage(walk, each)));
  }

  @TestFactory
  Stream<DynamicTest> batchesHaveTheLineageThatIsWrittenDown() throws IOException {
    LineageWalk walk = LineageWalk.in(Shop.open(false));
    return LineageCase.all().stream()
        .filter(LineageCase::batch)
        .map(each -> DynamicTest.dynamicTest(each.title(), () -> hasItsLineage(walk, each)));
  }

  @Test
  void thereAreAtLeastSixtyStatementsEachWithATitleOfItsOwn() throws IOException {
    assertThat(LineageCase.all()).hasSizeGreaterThanOrEqualTo(60);
    assertThat(LineageCase.all()).extracting(LineageCase::title).doesNotHaveDuplicates();
  }

  @Test
  void theExampleOfThePageIsOneOfTheStatements() throws IOException {
    LineageCase example =
        LineageCase.all().stream()
            .filter(each -> each.title().equals("the example of docs/lineage.md"))
            .findFirst()
            .orElseThrow();

    assertThat(Path.of(System.getProperty("millrace.home"), "docs", "lineage.md"))
        .content()
        .contains("```sql\n" + example.sql() + "\n```")
        .contains("```\n" + String.join("\n", example.expected()) + "\n```");
  }

  private static void hasItsLineage(LineageWalk walk, LineageCase each) {
    assertThat(LineageText.lines(walk.ofStatement(each.sql())))
        .as(each.sql())
        .containsExactlyElementsOf(each.expected());
  }
}
