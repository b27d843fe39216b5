package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Restore;
import io.millrace.delta.maintenance.RestoreReport;
import io.millrace.gateway.status.StatusTable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a table what it was. */
@Command(
    name = "restore",
    header = "Make a table what it was at an earlier version, by a new version.",
    footer = {
      "",
      "Examples:",
      "  millrace table restore silver --to-version 41",
      "  millrace table restore silver --to-timestamp 2026-11-22T10:00:00Z --dry-run"
    })
final class TableRestoreCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  @Option(
      names = "--to-version",
      paramLabel = "N",
      description = "The version to go back to; see its history.")
  private @Nullable Long version;

  @Option(
      names = "--to-timestamp",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Go back to the version of that time, in UTC unless it names a zone.")
  private @Nullable Instant timestamp;

  @Option(names = "--dry-run", description = "Only see whether it can be done.")
  private boolean dryRun;

  TableRestoreCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    Restore.Target target = target();
    RestoreReport report;
    try (MaintainedTable maintained = MaintainedTable.open(table.find());
        ProgressBar progress = new ProgressBar(console())) {
      report = Restore.run(maintained, target, dryRun, progress);
    }
    if (json()) {
      console().out().println(json(report));
    } else {
      print(report);
    }
    return 0;
  }

  private Restore.Target target() {
    if (version != null && timestamp == null) {
      return new Restore.Target.Version(version);
    }
    if (timestamp != null && version == null) {
      return new Restore.Target.Time(timestamp);
    }
    throw new MillraceException(
        ErrorCode.OPTION_INVALID,
        version == null
            ? "it is not said what to go back to"
            : "--to-version and --to-timestamp are both given",
        "give one of --to-version and --to-timestamp");
  }

  private void print(RestoreReport report) {
    if (report.version() == report.before()) {
      console()
          .out()
          .printf(
              "version %d %s: %s files (%s) would leave, %s files (%s) would come back%n",
              report.restored(),
              dryRun ? "can be restored" : "is the latest",
              StatusTable.grouped(report.removedFiles()),
              StatusTable.bytes(report.removedBytes()),
              StatusTable.grouped(report.restoredFiles()),
              StatusTable.bytes(report.restoredBytes()));
      return;
    }
    console()
        .out()
        .printf(
            "version %d is like version %d: %s files (%s) left, %s files (%s) came back%n",
            report.version(),
            report.restored(),
            StatusTable.grouped(report.removedFiles()),
            StatusTable.bytes(report.removedBytes()),
            StatusTable.grouped(report.restoredFiles()),
            StatusTable.bytes(report.restoredBytes()));
  }

  private static ObjectNode json(RestoreReport report) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("restored_version", report.restored());
    json.put("version_before", report.before());
    json.put("version", report.version());
    json.put("num_of_files_after_restore", report.filesAfter());
    json.put("table_size_after_restore", report.bytesAfter());
    json.put("num_removed_files", report.removedFiles());
    json.put("removed_files_size", report.removedBytes());
    json.put("num_restored_files", report.restoredFiles());
    json.put("restored_files_size", report.restoredBytes());
    return json;
  }
}
