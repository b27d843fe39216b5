package io.millrace.jobs.plan;

import io.millrace.jobs.project.PipelineGraph;
import io.millrace.jobs.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A project for tests: one SQL file, and a view {@code events} over a topic. */
public final class ProjectFolder {
  /** Seven lines, then whatever a test adds. */
  public static final String EVENTS =
      """
      CREATE TEMPORARY VIEW json AS SELECT
        from_json(`value`, 'id BIGINT, region STRING, qty INT, price DECIMAL(10,2), ts TIMESTAMP(3)') AS j
      FROM STREAM read_kafka(bootstrapServers => 'localhost:1', subscribe => 'events');
      CREATE TEMPORARY VIEW events AS SELECT
        json.j.id AS id, json.j.region AS region, json.j.qty AS qty, json.j.price AS price, json.j.ts AS ts
      FROM STREAM(json);

      """;

  private ProjectFolder() {}

  /** Writes the project; reads it back. */
  public static PipelineGraph write(Path folder, String sql) throws IOException {
    Files.writeString(
        folder.resolve("pipeline.yml"),
        "name: tested\nlibraries:\n  - glob:\n      include: a.sql\n");
    Files.writeString(folder.resolve("a.sql"), sql);
    return PipelineGraph.of(Project.load(folder, Map.of()));
  }

  /** A plan by one of the ways; for tests of other packages too. */
  public static PipelinePlan compile(PipelineGraph graph, boolean byFlink) {
    return PipelineCompiler.compile(
        graph, byFlink ? Ways.FLINK_WHERE_POSSIBLE : Ways.MILLRACE_WHERE_POSSIBLE);
  }
}
