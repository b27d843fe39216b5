package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.TableState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a table what it was at an earlier version, by one new version: files that came since leave,
 * files that left since come back, schema and properties are as they were. Nothing is copied, and
 * the versions in between can still be read.
 *
 * <p>Other writers' commits meanwhile are undone as well, since the outcome is the earlier version
 * whatever there is now; the report says which version was the latest before.
 */
public final class Restore {
  private static final int ATTEMPTS_MAX = 50;
  private static final int MISSING_SHOWN_MAX = 5;

  /** One that takes longer has been killed. */
  private static final Duration VACUUM_TIME_MAX = Duration.ofDays(1);

  private static final int HISTORY_MAX = 100_000;

  private final MaintainedTable table;
  private final Target target;
  private final Progress progress;

  /** Which version to go back to. */
  public sealed interface Target {
    /** By number. */
    record Version(long version) implements Target {}

    /** The one that was the latest then. */
    record Time(Instant time) implements Target {
      public Time {
        requireNonNull(time, "time is null");
      }
    }
  }

  private Restore(MaintainedTable table, Target target, Progress progress) {
    this.table = requireNonNull(table, "table is null");
    this.target = requireNonNull(target, "target is null");
    this.progress = requireNonNull(progress, "progress is null");
  }

  /**
   * Restores a table.
   *
   * @param dryRun true to change nothing, only to see whether it can be done
   * @throws MillraceException TABLE_NOT_FOUND if there is no such version; FILE_NOT_FOUND naming
   *     files that were vacuumed; TABLE_UNSUPPORTED; COMMIT_CONFLICT, also if a vacuum is at work;
   *     DISK_FULL, IO_FAILED: nothing was changed, or it is unknown whether
   */
  public static RestoreReport run(
      MaintainedTable table, Target target, boolean dryRun, Progress progress) {
    return new Restore(table, target, progress).run(dryRun);
  }

  private RestoreReport run(boolean dryRun) {
    TableState then = then();
    for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      TableState now = table.latest();
      Difference difference = Difference.of(now, then);
      if (!difference.added().isEmpty()) {
        requireNoVacuum(now);
      }
      requireFiles(then, difference.added());
      if (dryRun || now.version() == then.version()) {
        return difference.report(now, then, now.version());
      }
      if (table.commit(now, commit(now, then, difference))) {
        return difference.report(now, then, now.version() + 1);
      }
    }
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "table %s could not be restored: others were faster %d times in a row"
            .formatted(table.path(), ATTEMPTS_MAX),
        "stop the other writers of the table first");
  }

  /**
   * A vacuum looks at the table once more after it has noted that it begins: what is brought back
   * after that, it does not see. One that begins later is in the way of the commit.
   */
  private void requireNoVacuum(TableState now) {
    long since = table.clock().millis() - VACUUM_TIME_MAX.toMillis();
    for (CommitEntry entry : now.history(HISTORY_MAX)) {
      if (entry.operation().equals("VACUUM END") || entry.timestampMillis() < since) {
        return;
      }
      if (entry.operation().equals("VACUUM START")) {
        throw new MillraceException(
            ErrorCode.COMMIT_CONFLICT,
            ("table %s cannot be restored now: a vacuum began with version %d, at %s, and has not"
                    + " ended; it may be about to delete the files that are to come back")
                .formatted(
                    table.path(), entry.version(), Instant.ofEpochMilli(entry.timestampMillis())),
            "wait until it has ended; if it was killed, run vacuum again");
      }
    }
  }

  private TableState then() {
    if (target instanceof Target.Version wanted) {
      return table.at(wanted.version());
    }
    return table.at(((Target.Time) target).time());
  }

  /**
   * Files to change, as a restore has them.
   *
   * @param removed of the version there is now
   * @param added of the version there was then
   */
  private record Difference(List<LiveFile> removed, List<LiveFile> added) {

    /** Files are the same if path and deleted rows are. */
    static Difference of(TableState now, TableState then) {
      Map<String, LiveFile> left = new LinkedHashMap<>(now.files());
      List<LiveFile> added = new ArrayList<>();
      for (LiveFile file : then.files().values()) {
        LiveFile current = left.get(file.path());
        if (current != null && current.deletionVector().equals(file.deletionVector())) {
          left.remove(file.path());
        } else {
          added.add(file);
        }
      }
      return new Difference(List.copyOf(left.values()), added);
    }

    RestoreReport report(TableState now, TableState then, long version) {
      return new RestoreReport(
          then.version(),
          now.version(),
          version,
          then.files().size(),
          bytes(then.files().values()),
          removed.size(),
          bytes(removed),
          added.size(),
          bytes(added));
    }

    private static long bytes(Iterable<LiveFile> files) {
      long bytes = 0;
      for (LiveFile file : files) {
        bytes += file.sizeBytes();
      }
      return bytes;
    }
  }

  private MaintenanceCommit commit(TableState now, TableState then, Difference difference) {
    RestoreReport numbers = difference.report(now, then, now.version() + 1);
    Map<String, String> metrics =
        Map.of(
            "tableSizeAfterRestore", Long.toString(numbers.bytesAfter()),
            "numOfFilesAfterRestore", Long.toString(numbers.filesAfter()),
            "numRemovedFiles", Long.toString(numbers.removedFiles()),
            "removedFilesSize", Long.toString(numbers.removedBytes()),
            "numRestoredFiles", Long.toString(numbers.restoredFiles()),
            "restoredFilesSize", Long.toString(numbers.restoredBytes()));
    return new MaintenanceCommit(
        "RESTORE",
        parameters(),
        metrics,
        difference.removed(),
        difference.added(),
        true,
        Optional.of(then));
  }

  private Map<String, String> parameters() {
    if (target instanceof Target.Version wanted) {
      return Map.of("version", Long.toString(wanted.version()), "timestamp", "null");
    }
    return Map.of("version", "null", "timestamp", "\"" + ((Target.Time) target).time() + "\"");
  }

  private void requireFiles(TableState then, List<LiveFile> added) {
    TableFolder folder = TableFolder.of(table.path(), then);
    List<String> missing = new ArrayList<>();
    long done = 0;
    for (LiveFile file : added) {
      if (!folder.exists(file.path())) {
        missing.add(file.path());
      }
      Optional<String> vector = file.vectorPath(table.path());
      if (vector.isPresent() && !folder.exists(vector.get())) {
        missing.add(vector.get());
      }
      progress.at("looking for files", ++done, added.size());
    }
    if (!missing.isEmpty()) {
      String shown =
          String.join(", ", missing.subList(0, Math.min(MISSING_SHOWN_MAX, missing.size())));
      throw new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "version %d of table %s cannot be restored: %s of its files are gone (%s%s)"
              .formatted(
                  then.version(),
                  table.path(),
                  missing.size(),
                  shown,
                  missing.size() > MISSING_SHOWN_MAX ? ", ..." : ""),
          "restore a younger version: files that a vacuum has deleted do not come back");
    }
  }
}
