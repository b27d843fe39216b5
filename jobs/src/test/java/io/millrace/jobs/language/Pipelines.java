package io.millrace.jobs.language;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads SQL for tests, as one file {@code a.sql}. */
final class Pipelines {
  private Pipelines() {}

  static List<Dataset> read(String sql) {
    return read(sql, Map.of());
  }

  static List<Dataset> read(String sql, Map<String, String> variables) {
    Problems problems = new Problems();
    SourceText source = SourceText.expand("a.sql", sql, variables, problems);
    List<Dataset> datasets = PipelineSql.read(List.of(source), problems);
    problems.throwIfAny();
    return datasets;
  }

  /** Everything that is wrong, one {@code CODE position: message; remedy} a line. */
  static String wrong(String sql) {
    return wrong(sql, Map.of());
  }

  static String wrong(String sql, Map<String, String> variables) {
    try {
      read(sql, variables);
      return "";
    } catch (ProjectException e) {
      return e.problems().stream()
          .map(p -> p.code() + " " + p.position() + ": " + p.message() + "; " + p.remedy())
          .collect(Collectors.joining("\n"));
    }
  }
}
