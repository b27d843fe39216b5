package io.millrace.gateway.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which project, with which values. */
final class ProjectOptions {
  @Parameters(
      index = "0",
      paramLabel = "PROJECT",
      description = "Folder with pipeline.yml, or that file.")
  private Path project = Path.of(".");

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Value of a variable of the project; may be given several times.")
  private Map<String, String> variables = new LinkedHashMap<>();

  Path project() {
    return project;
  }

  Map<String, String> variables() {
    return variables;
  }
}
