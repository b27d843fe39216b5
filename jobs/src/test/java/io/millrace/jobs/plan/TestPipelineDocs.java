package io.millrace.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/pipelines.md, which are one pipeline. */
class TestPipelineDocs {
  private static final Pattern EXAMPLE = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  @Test
  void theExamplesCompileAndGoTheWaysThatTheTextSays() throws IOException {
    Path page = Path.of(System.getProperty("millrace.home"), "docs", "pipelines.md");
    StringBuilder sql = new StringBuilder();
    Matcher examples = EXAMPLE.matcher(Files.readString(page));
    while (examples.find()) {
      sql.append(examples.group(1)).append('\n');
    }

    PipelinePlan plan = PipelineCompiler.compile(ProjectFolder.write(folder, sql.toString()));

    assertThat(plan.ways().keySet())
        .containsExactly(
            "bronze",
            "orders_json",
            "orders",
            "silver",
            "per_minute",
            "regions",
            "named",
            "top_regions",
            "timed",
            "per_5_minutes");
    assertThat(plan.ways().values().stream().filter("Millrace"::equals)).hasSize(8);
    assertThat(plan.ways().get("top_regions")).startsWith("Flink planner: ");
    assertThat(plan.ways().get("per_5_minutes")).startsWith("Flink planner: ");
    assertThat(plan.quarantineTables()).containsExactly("refused");
  }
}
