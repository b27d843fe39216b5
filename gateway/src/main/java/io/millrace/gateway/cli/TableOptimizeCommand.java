package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.ByteSize;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.OptimizeReport;
import io.millrace.gateway.status.StatusTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Packs small files. */
@Command(
    name = "optimize",
    header = "Pack a table's small files, or order its rows, while others go on writing it.",
    footer = {
      "",
      "Examples:",
      "  millrace table optimize silver",
      "  millrace table optimize silver --where day=2026-11-22 --target-size 256mb",
      "  millrace table optimize silver --zorder-by customer,day",
      "  millrace table optimize silver --purge --dry-run --json"
    })
final class TableOptimizeCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  @Option(
      names = "--target-size",
      paramLabel = "SIZE",
      description =
          "Size that files are packed up to (default: the table's delta.targetFileSize, else 128mb).")
  private @Nullable String targetSize;

  @Option(
      names = "--where",
      paramLabel = "COLUMN=VALUE",
      description = "Only the partition with this value; may be given for several columns.")
  private Map<String, String> where = new LinkedHashMap<>();

  @Option(
      names = "--zorder-by",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Order the rows of all files by these columns, so that conditions on each of them leave"
              + " files out.")
  private List<String> zOrderBy = new ArrayList<>();

  @Option(
      names = "--purge",
      description = "Rewrite every file with deleted rows, not only those with more than 5 %%.")
  private boolean purge;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Files written at a time (default: one for each processor).")
  private int threads;

  @Option(names = "--dry-run", description = "Only say what would be rewritten.")
  private boolean dryRun;

  TableOptimizeCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    OptimizeOptions options =
        new OptimizeOptions(
            targetSize == null ? OptionalLong.empty() : OptionalLong.of(ByteSize.parse(targetSize)),
            purge,
            where,
            threads == 0 ? 0 : Limits.positive("--threads", threads),
            dryRun,
            zOrderBy.stream().map(String::strip).toList());
    OptimizeReport report;
    try (MaintainedTable maintained = MaintainedTable.open(table.find());
        ProgressBar progress = new ProgressBar(console())) {
      report = Optimize.run(maintained, options, progress);
    }
    if (json()) {
      console().out().println(json(report));
    } else {
      print(report);
    }
    return 0;
  }

  private void print(OptimizeReport report) {
    if (report.dryRun()) {
      console()
          .out()
          .printf(
              "%s of %s files (%s) would be rewritten, in %s groups%n",
              StatusTable.grouped(report.removedFiles()),
              StatusTable.grouped(report.consideredFiles()),
              StatusTable.bytes(report.removedBytes()),
              StatusTable.grouped(report.bins()));
      return;
    }
    if (report.commits() == 0) {
      console()
          .out()
          .printf("nothing to do for %s files%n", StatusTable.grouped(report.consideredFiles()));
      return;
    }
    console()
        .out()
        .printf(
            "version %d: %s files (%s) became %s (%s); %s deleted rows were left behind%n",
            report.version(),
            StatusTable.grouped(report.removedFiles()),
            StatusTable.bytes(report.removedBytes()),
            StatusTable.grouped(report.addedFiles()),
            StatusTable.bytes(report.addedBytes()),
            StatusTable.grouped(report.purgedRows()));
  }

  private static ObjectNode json(OptimizeReport report) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("version", report.version());
    json.put("commits", report.commits());
    json.put("dry_run", report.dryRun());
    json.put("considered_files", report.consideredFiles());
    json.put("bins", report.bins());
    json.put("num_removed_files", report.removedFiles());
    json.put("num_removed_bytes", report.removedBytes());
    json.put("num_added_files", report.addedFiles());
    json.put("num_added_bytes", report.addedBytes());
    json.put("purged_rows", report.purgedRows());
    json.put("conflicts", report.conflicts());
    return json;
  }
}
