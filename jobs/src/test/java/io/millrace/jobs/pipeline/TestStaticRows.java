package io.millrace.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.jobs.plan.PlanNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestStaticRows {
  @TempDir Path project;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(
        project.resolve("pipeline.yml"),
        "name: places\nlibraries: [{glob: {include: transformations/**}}]\n");
    Files.createDirectories(project.resolve("transformations"));
    Files.writeString(
        project.resolve("transformations/all.sql"),
        """
        CREATE TEMPORARY VIEW places AS SELECT id, name, height FROM read_files(
          'places.csv', format => 'csv', header => true,
          schema => 'id INT, name STRING, height DOUBLE');
        CREATE OR REFRESH STREAMING TABLE visits AS
        SELECT e.`offset` AS visit, p.name AS place
        FROM STREAM read_kafka(bootstrapServers => 'localhost:1', subscribe => 'visits') AS e
        LEFT JOIN places AS p ON e.`partition` = p.id;
        """);
  }

  @Test
  void readsCsvWithAHeaderAndQuotes() throws IOException {
    csv("id,name,height\n1,\"Union County, Troy\",1.5\n2,,\n");

    List<RowData> rows = rows();

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).getInt(0)).isEqualTo(1);
    assertThat(rows.get(0).getString(1)).hasToString("Union County, Troy");
    assertThat(rows.get(0).getDouble(2)).isEqualTo(1.5);
    assertThat(rows.get(1).isNullAt(1)).as("an empty cell is NULL").isTrue();
    assertThat(rows.get(1).isNullAt(2)).isTrue();
  }

  @Test
  void namesTheFileAndTheColumnOfAValueThatDoesNotFit() throws IOException {
    csv("id,name,height\n1,a,1.5\ntwo,b,2.5\n");

    assertThatThrownBy(this::rows)
        .hasMessageContaining("places.csv:")
        .hasMessageContaining("column id is not INT");
  }

  @Test
  void namesAFileThatIsNotThere() {
    assertThatThrownBy(this::rows)
        .hasMessage(
            "FILE_NOT_FOUND: read_files: there is no "
                + project.resolve("places.csv")
                + "\n  Remedy: give a path relative to the project's folder");
  }

  private void csv(String text) throws IOException {
    Files.writeString(project.resolve("places.csv"), text);
  }

  private List<RowData> rows() {
    List<PlanNode> found = new ArrayList<>();
    for (PlanNode node : PipelineRun.plan(project, Map.of()).nodes()) {
      if (node instanceof PlanNode.StaticRead) {
        found.add(node);
      }
    }
    assertThat(found).hasSize(1);
    return new StaticRows(project).rows(found.get(0));
  }
}
