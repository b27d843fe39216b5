package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.maintenance.VacuumReport;
import io.millrace.gateway.status.StatusTable;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Deletes what no version needs. */
@Command(
    name = "vacuum",
    header = "Delete the files in a table's folder that no retained version needs.",
    footer = {
      "",
      "Examples:",
      "  millrace table vacuum silver --dry-run",
      "  millrace table vacuum silver --retention 14d",
      "  millrace table vacuum /data/flights/silver --json"
    })
final class TableVacuumCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  @Option(
      names = "--retention",
      paramLabel = "TIME",
      converter = RetentionOption.class,
      description = "Keep removed files for so long (default: what the table says, else 7d).")
  private @Nullable Duration retention;

  @Option(
      names = "--force",
      description = "Take a shorter retention than the table's; only if nobody uses the table.")
  private boolean force;

  @Option(names = "--dry-run", description = "List the files and delete none.")
  private boolean dryRun;

  TableVacuumCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    VacuumOptions options = new VacuumOptions(Optional.ofNullable(retention), force, dryRun);
    VacuumReport report;
    try (MaintainedTable maintained = MaintainedTable.open(table.find());
        ProgressBar progress = new ProgressBar(console())) {
      report = Vacuum.run(maintained, options, progress);
    }
    if (json()) {
      console().out().println(json(report));
    } else {
      print(report);
    }
    return 0;
  }

  private void print(VacuumReport report) {
    if (report.dryRun()) {
      report.unneeded().forEach(console().out()::println);
      console()
          .out()
          .printf(
              "%s files (%s) are not needed since %s; nothing was deleted%n",
              StatusTable.grouped(report.unneeded().size()),
              StatusTable.bytes(report.unneededBytes()),
              report.horizon());
      return;
    }
    console()
        .out()
        .printf(
            "deleted %s files (%s) that were not needed since %s%n",
            StatusTable.grouped(report.deletedFiles()),
            StatusTable.bytes(report.deletedBytes()),
            report.horizon());
  }

  private static ObjectNode json(VacuumReport report) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("version", report.version());
    json.put("horizon", report.horizon().toString());
    json.put("dry_run", report.dryRun());
    ArrayNode unneeded = json.putArray("unneeded_files");
    report.unneeded().forEach(unneeded::add);
    json.put("unneeded_bytes", report.unneededBytes());
    json.put("deleted_files", report.deletedFiles());
    json.put("deleted_bytes", report.deletedBytes());
    json.put("folders", report.folders());
    json.put("deleted_folders", report.deletedFolders());
    return json;
  }
}
