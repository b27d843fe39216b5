package io.millrace.gateway.cli;

import io.millrace.gateway.tables.TableFinder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Which table, by folder or by name. */
final class TableOption {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  @Parameters(
      index = "0",
      paramLabel = "DIR_OR_NAME",
      description = "The table's folder, or its name under the platform's directory.")
  private String table = "";

  /** The table's folder: an absolute path, or a URI. */
  String find() {
    if (table.contains("://")) {
      return table;
    }
    return new TableFinder(directory.directory().root()).find(table).toString();
  }
}
