package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.maintenance.TableFolder.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Deletes the files in a table's folder that no retained version needs: those that the latest
 * version does not have, and that left the table, or never came into it, longer ago than the
 * retention. What writers leave behind that were killed goes this way.
 *
 * <p>A file younger than the retention is never touched, whoever wrote it: it may belong to a
 * commit that is still to come. Where it is stopped half way, the next vacuum goes on.
 */
public final class Vacuum {
  private static final int NOTE_ATTEMPTS_MAX = 200;

  private final MaintainedTable table;
  private final VacuumOptions options;
  private final Progress progress;

  private Vacuum(MaintainedTable table, VacuumOptions options, Progress progress) {
    this.table = requireNonNull(table, "table is null");
    this.options = requireNonNull(options, "options is null");
    this.progress = requireNonNull(progress, "progress is null");
  }

  /**
   * Vacuums a table.
   *
   * @throws MillraceException RETENTION_TOO_SHORT; TABLE_CORRUPT, in which case nothing is deleted;
   *     IO_FAILED
   */
  public static VacuumReport run(MaintainedTable table, VacuumOptions options, Progress progress) {
    return new Vacuum(table, options, progress).run();
  }

  private VacuumReport run() {
    TableState state = table.latest();
    Duration retention = options.retention().orElse(state.fileRetention());
    requireLongEnough(retention, state.fileRetention());
    long horizon = table.clock().millis() - retention.toMillis();
    // The table first: what a writer adds meanwhile is younger than the horizon.
    Set<String> needed = state.neededFiles(horizon);
    TableFolder folder = TableFolder.of(table.path(), state);
    TableFolder.Listing listing = folder.list(progress);
    List<Found> unneeded =
        listing.files().stream()
            .filter(file -> file.modifiedMillis() < horizon && !needed.contains(file.path()))
            .toList();
    long bytes = unneeded.stream().mapToLong(Found::sizeBytes).sum();
    Tally tally = new Tally();
    if (!options.dryRun()) {
      note(
          "VACUUM START",
          startParameters(state.fileRetention()),
          Map.of(
              "numFilesToDelete", Long.toString(unneeded.size()),
              "sizeOfDataToDelete", Long.toString(bytes)));
      try {
        delete(folder, unneeded, listing.emptyFolders(), horizon, tally);
      } catch (RuntimeException e) {
        noteFailure(e);
        throw e;
      }
      note(
          "VACUUM END",
          Map.of("status", "\"COMPLETED\""),
          Map.of(
              "numDeletedFiles", Long.toString(tally.files),
              "numVacuumedDirectories", Long.toString(listing.folders())));
    }
    return new VacuumReport(
        state.version(),
        Instant.ofEpochMilli(horizon),
        unneeded.stream().map(Found::path).sorted().toList(),
        bytes,
        tally.files,
        tally.bytes,
        listing.folders(),
        tally.folders,
        options.dryRun());
  }

  private void requireLongEnough(Duration retention, Duration floor) {
    if (retention.compareTo(floor) < 0 && !options.force()) {
      throw new MillraceException(
          ErrorCode.RETENTION_TOO_SHORT,
          "a retention of %s is shorter than the %s that table %s keeps removed files for"
              .formatted(text(retention), text(floor), table.path()),
          "use at least that, or --force if nobody writes the table or reads an old version of it");
    }
  }

  private static String text(Duration duration) {
    if (duration.toHours() >= 24 && duration.equals(Duration.ofDays(duration.toDays()))) {
      return duration.toDays() == 1 ? "1 day" : duration.toDays() + " days";
    }
    return duration.equals(Duration.ofHours(duration.toHours()))
        ? duration.toHours() + " h"
        : duration.toSeconds() + " s";
  }

  /** What is deleted so far. */
  private static final class Tally {
    private long files;
    private long bytes;
    private long folders;
  }

  private void delete(
      TableFolder folder, List<Found> unneeded, List<Found> empty, long horizon, Tally tally) {
    // Once more: an old file may have been brought back by a restore since the folder was listed.
    Set<String> needed = table.latest().neededFiles(horizon);
    long done = 0;
    for (Found file : unneeded) {
      if (!needed.contains(file.path()) && folder.delete(file.path())) {
        tally.files++;
        tally.bytes += file.sizeBytes();
      }
      progress.at("deleting files", ++done, unneeded.size());
    }
    for (Found one : empty) {
      // Folders that became empty just now are young, and stay until the next vacuum: a writer may
      // be about to use them.
      if (one.modifiedMillis() < horizon && folder.delete(one.path())) {
        tally.folders++;
      }
    }
  }

  private Map<String, String> startParameters(Duration floor) {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("retentionCheckEnabled", Boolean.toString(!options.force()));
    parameters.put("defaultRetentionMillis", Long.toString(floor.toMillis()));
    options
        .retention()
        .ifPresent(
            retention ->
                parameters.put("specifiedRetentionMillis", Long.toString(retention.toMillis())));
    return parameters;
  }

  private void noteFailure(RuntimeException failure) {
    try {
      note("VACUUM END", Map.of("status", "\"FAILED\""), Map.of());
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void note(String operation, Map<String, String> parameters, Map<String, String> metrics) {
    for (int attempt = 1; attempt <= NOTE_ATTEMPTS_MAX; attempt++) {
      if (table.commit(table.latest(), MaintenanceCommit.note(operation, parameters, metrics))) {
        return;
      }
    }
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "%s could not be noted in table %s: others were faster %d times in a row"
            .formatted(operation, table.path(), NOTE_ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }
}
