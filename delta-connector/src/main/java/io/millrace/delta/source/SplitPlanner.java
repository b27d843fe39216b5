package io.millrace.delta.source;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.LoggedCommit.LoggedFile;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.DeltaSplit.Rows;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.ReadMode.OnChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which splits a version consists of, and which a commit brings. Stateless. */
final class SplitPlanner {
  private final SourceSpec spec;

  SplitPlanner(SourceSpec spec) {
    this.spec = spec;
  }

  /** All rows of a version; of a limited scan only as many files as surely have enough rows. */
  List<DeltaSplit> rowsOf(TableSnapshot snapshot) {
    List<DeltaSplit> splits = new ArrayList<>();
    long timestamp = snapshot.timestampMillis();
    boolean exact = spec.filter().equals(RowFilter.TRUE);
    long[] rows = {0};
    snapshot.forEachFile(
        () -> {
          splits.clear();
          rows[0] = 0;
        },
        file -> {
          if (exact && rows[0] >= spec.limit()) {
            return;
          }
          rows[0] += Math.max(0, file.records().orElse(0) - file.deletedRecords());
          add(
              splits,
              file,
              file.deletionVector(),
              Optional.empty(),
              Rows.INSERTED,
              snapshot.version(),
              timestamp);
        });
    return splits;
  }

  /** What a commit brings, in the order in which it is to be read where order matters. */
  List<DeltaSplit> changesOf(LoggedCommit commit) {
    new SchemaGuard(spec).check(commit);
    List<DeltaSplit> splits = new ArrayList<>();
    if (spec.mode() instanceof ReadMode.Tail tail) {
      if (wanted(commit, tail.onChange())) {
        for (LoggedFile added : commit.added()) {
          if (added.dataChange()) {
            insert(splits, commit, added.file());
          }
        }
      }
    } else if (spec.mode() instanceof ReadMode.Changes changes) {
      if (commit.changes().isEmpty()) {
        differences(splits, commit);
      } else if (changes.form() == ChangeForm.CHANGELOG) {
        // What was there before goes first, whatever file it is in.
        listed(splits, commit, Rows.CHANGES_BEFORE);
        listed(splits, commit, Rows.CHANGES_AFTER);
      } else {
        listed(splits, commit, Rows.CHANGES);
      }
    }
    return splits;
  }

  /** Whether the added files of a commit are to be read, if all that is wanted is appended rows. */
  private boolean wanted(LoggedCommit commit, OnChange onChange) {
    boolean removes = commit.removed().stream().anyMatch(LoggedFile::dataChange);
    if (!removes) {
      return true;
    }
    boolean adds = commit.added().stream().anyMatch(LoggedFile::dataChange);
    return switch (onChange) {
      case SKIP_COMMIT -> false;
      case IGNORE_CHANGES -> true;
      case IGNORE_DELETES -> {
        if (adds) {
          throw changed(commit, "updates rows", "'skip-change-commits' or 'ignore-changes'");
        }
        yield false;
      }
      case FAIL ->
          throw changed(
              commit,
              adds ? "updates rows" : "removes rows",
              adds
                  ? "'skip-change-commits' or 'ignore-changes'"
                  : "'skip-change-commits', 'ignore-deletes' or 'ignore-changes'");
    };
  }

  private MillraceException changed(LoggedCommit commit, String what, String options) {
    return new MillraceException(
        ErrorCode.SOURCE_GAP,
        "version %d of table %s (%s) %s, which a stream of appended rows cannot tell"
            .formatted(commit.version(), spec.path(), commit.operation(), what),
        "set %s to 'true' to read on without them, or read the table with 'mode' = 'changes'"
            .formatted(options));
  }

  private void listed(List<DeltaSplit> splits, LoggedCommit commit, Rows rows) {
    for (LiveFile file : commit.changes()) {
      add(
          splits,
          file,
          Optional.empty(),
          Optional.empty(),
          rows,
          commit.version(),
          commit.timestampMillis());
    }
  }

  /**
   * A file that is both removed and added has lost rows to its deletion vector, or got some back.
   */
  private void differences(List<DeltaSplit> splits, LoggedCommit commit) {
    Map<String, LiveFile> before = new HashMap<>();
    for (LoggedFile removed : commit.removed()) {
      if (removed.dataChange()) {
        before.put(removed.file().path(), removed.file());
      }
    }
    Map<String, LiveFile> after = new HashMap<>();
    for (LoggedFile added : commit.added()) {
      if (added.dataChange()) {
        after.put(added.file().path(), added.file());
      }
    }
    for (LoggedFile removed : commit.removed()) {
      if (removed.dataChange()) {
        LiveFile file = removed.file();
        LiveFile still = after.get(file.path());
        if (still == null) {
          add(
              splits,
              file,
              file.deletionVector(),
              Optional.empty(),
              Rows.DELETED,
              commit.version(),
              commit.timestampMillis());
        } else if (still.deletionVector().isPresent()) {
          part(splits, commit, still, file.deletionVector(), still.deletionVector(), Rows.DELETED);
        }
      }
    }
    for (LoggedFile added : commit.added()) {
      if (added.dataChange()) {
        LiveFile file = added.file();
        LiveFile was = before.get(file.path());
        if (was == null) {
          insert(splits, commit, file);
        } else if (was.deletionVector().isPresent()) {
          part(splits, commit, file, file.deletionVector(), was.deletionVector(), Rows.INSERTED);
        }
      }
    }
  }

  private void part(
      List<DeltaSplit> splits,
      LoggedCommit commit,
      LiveFile file,
      Optional<DeletionVector> without,
      Optional<DeletionVector> only,
      Rows rows) {
    if (!without.equals(only)) {
      add(splits, file, without, only, rows, commit.version(), commit.timestampMillis());
    }
  }

  private void insert(List<DeltaSplit> splits, LoggedCommit commit, LiveFile file) {
    add(
        splits,
        file,
        file.deletionVector(),
        Optional.empty(),
        Rows.INSERTED,
        commit.version(),
        commit.timestampMillis());
  }

  private void add(
      List<DeltaSplit> splits,
      LiveFile file,
      Optional<DeletionVector> deleted,
      Optional<DeletionVector> only,
      Rows rows,
      long version,
      long timestampMillis) {
    if (!spec.filter().mayMatch(new FileBounds(file.partitionValues(), file.stats()))) {
      return;
    }
    // A writer may have left the size out of a removal.
    long size = file.sizeBytes() > 0 ? file.sizeBytes() : Long.MAX_VALUE;
    long parts =
        spec.ordered() || size == Long.MAX_VALUE
            ? 1
            : Math.max(1, (size + spec.splitBytes() - 1) / spec.splitBytes());
    for (long part = 0; part < parts; part++) {
      splits.add(
          new DeltaSplit(
              0,
              file.path(),
              part * spec.splitBytes(),
              part == parts - 1 ? Long.MAX_VALUE : (part + 1) * spec.splitBytes(),
              file.partitionValues(),
              deleted,
              only,
              rows,
              version,
              timestampMillis,
              0,
              Math.max(0, file.sizeBytes()),
              file.baseRowId(),
              file.rowCommitVersion()));
    }
  }
}
