package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPipelineValidate {
  private static final String BRONZE =
      """
      CREATE OR REFRESH STREAMING TABLE bronze
      AS SELECT CAST(`value` AS STRING) AS `raw`, topic, `offset` AS kafka_offset
      FROM STREAM read_kafka(bootstrapServers => 'localhost:9092', subscribe => 'orders');
      """;

  @TempDir private Path project;

  @BeforeEach
  void writeSettings() throws IOException {
    Files.writeString(
        project.resolve("pipeline.yml"),
        "name: shop\nlibraries:\n  - glob:\n      include: transformations/**\n");
    Files.createDirectory(project.resolve("transformations"));
  }

  @Test
  void eachDatasetIsShownWithTheWayThatItRuns() throws IOException {
    write(
        BRONZE
            + """
            CREATE OR REFRESH MATERIALIZED VIEW per_topic (PRIMARY KEY (topic))
            AS SELECT topic, COUNT(*) AS orders FROM bronze GROUP BY topic;
            CREATE OR REFRESH MATERIALIZED VIEW lengths (PRIMARY KEY (topic))
            AS SELECT topic, COUNT(DISTINCT `raw`) AS bodies FROM bronze GROUP BY topic;
            """);
    CommandOutput output = CommandOutput.of("pipeline", "validate", project.toString());
    assertThat(output.err()).isEmpty();
    assertThat(output.exitCode()).isZero();
    assertThat(output.out())
        .contains("\nbronze     Millrace\n")
        .contains("\nper_topic  Millrace\n")
        .containsPattern("\nlengths    Flink planner: \\S")
        .endsWith("valid: 3 datasets\n");
  }

  @Test
  void programsReadTheWayToo() throws IOException {
    write(BRONZE);
    CommandOutput output = CommandOutput.of("pipeline", "validate", project.toString(), "--json");
    JsonNode bronze = new ObjectMapper().readTree(output.out()).path("datasets").path(0);
    assertThat(bronze.path("name").asText()).isEqualTo("bronze");
    assertThat(bronze.path("runs").asText()).isEqualTo("Millrace");
  }

  @Test
  void aColumnThatIsNotThereIsNamedWithItsPlace() throws IOException {
    write(
        BRONZE
            + "CREATE OR REFRESH STREAMING TABLE silver\nAS SELECT topik FROM STREAM(bronze);\n");
    CommandOutput output = CommandOutput.of("pipeline", "validate", project.toString());
    assertThat(output.exitCode()).isNotZero();
    assertThat(output.out()).isEmpty();
    assertThat(output.err()).contains("COLUMN_NOT_FOUND").contains("all.sql:5:").contains("topik");
  }

  private void write(String sql) throws IOException {
    Files.writeString(project.resolve("transformations/all.sql"), sql);
  }
}
