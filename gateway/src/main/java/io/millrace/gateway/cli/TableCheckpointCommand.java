package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.CheckpointReport;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.gateway.status.StatusTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes a table checkpoint and expires the log. */
@Command(
    name = "checkpoint",
    header = "Write a table checkpoint now, and delete what of the log has expired.",
    footer = {"", "Examples:", "  millrace table checkpoint silver"})
final class TableCheckpointCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  TableCheckpointCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    CheckpointReport report;
    try (MaintainedTable maintained = MaintainedTable.open(table.find().toString())) {
      report = maintained.checkpoint();
    }
    if (json()) {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("version", report.version());
      ArrayNode expired = json.putArray("deleted_log_files");
      report.expired().forEach(expired::add);
      console().out().println(json);
    } else {
      console()
          .out()
          .printf(
              "version %d has a checkpoint; %s expired files of the log were deleted%n",
              report.version(), StatusTable.grouped(report.deletedFiles()));
    }
    return 0;
  }
}
