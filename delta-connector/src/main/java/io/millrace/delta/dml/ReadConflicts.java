package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.LoggedCommit.LoggedFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether commits of others, made since a statement read its version, stand against its own: after
 * delta-spark's {@code ConflictChecker}, with statistics of files where that one looks at
 * partitions only.
 *
 * <p>It is a conflict if another writer changed the table's columns, properties or protocol;
 * removed or rewrote a file in which the statement changes rows; removed rows that it read, unless
 * these decide of no other rows; or added rows that it would have read. Under {@code
 * WriteSerializable} rows that were appended blindly count as added after the statement.
 */
final class ReadConflicts {
  private final LogTail log;
  private final ReadSet read;
  private final boolean ignoresBlindAppends;
  private final String transactionId;

  /**
   * @param ignoresBlindAppends true under {@code WriteSerializable}
   * @param transactionId of the statement
   */
  ReadConflicts(LogTail log, ReadSet read, boolean ignoresBlindAppends, String transactionId) {
    this.log = requireNonNull(log, "log is null");
    this.read = requireNonNull(read, "read is null");
    this.ignoresBlindAppends = ignoresBlindAppends;
    this.transactionId = requireNonNull(transactionId, "transactionId is null");
  }

  /**
   * What stands against the statement.
   *
   * @param version of the other's commit
   * @param operation as the other calls it
   * @param what it did
   */
  record Conflict(long version, String operation, String what) {}

  /** The version that the statement made already, if it is among these. */
  Optional<Long> ownCommit(long after, long upTo) {
    for (long version = after + 1; version <= upTo; version++) {
      if (commit(version).transactionId().equals(Optional.of(transactionId))) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  /**
   * The first conflict among the versions after {@code after}.
   *
   * @param touched paths of the files in which the statement changes rows
   */
  Optional<Conflict> find(Set<String> touched, long after, long upTo) {
    for (long version = after + 1; version <= upTo; version++) {
      LoggedCommit commit = commit(version);
      Optional<String> what = conflict(commit, touched);
      if (what.isPresent()) {
        return Optional.of(new Conflict(version, commit.operation(), what.get()));
      }
    }
    return Optional.empty();
  }

  private LoggedCommit commit(long version) {
    return log.read(version)
        .orElseThrow(() -> new IllegalStateException("version " + version + " is not there"));
  }

  private Optional<String> conflict(LoggedCommit commit, Set<String> touched) {
    if (commit.protocolChanged() || commit.fields().isPresent()) {
      return Optional.of("changed the table's columns, properties or protocol");
    }
    Map<String, LiveFile> removed = new HashMap<>();
    for (LoggedFile each : commit.removed()) {
      LiveFile file = each.file();
      removed.put(file.path(), file);
      if (touched.contains(file.path())) {
        return Optional.of("removed or rewrote file " + file.path());
      }
      if (each.dataChange() && !read.rowByRow() && read.mayHave(file)) {
        return Optional.of("removed rows of file " + file.path());
      }
    }
    if (ignoresBlindAppends && commit.blindAppend()) {
      return Optional.empty();
    }
    for (LoggedFile each : commit.added()) {
      if (each.dataChange() && bringsRows(each.file(), removed) && read.mayHave(each.file())) {
        return Optional.of("added rows in file " + each.file().path());
      }
    }
    return Optional.empty();
  }

  /** A file that only gets a longer deletion vector brings none. */
  private static boolean bringsRows(LiveFile added, Map<String, LiveFile> removed) {
    LiveFile before = removed.get(added.path());
    return before == null || added.deletedRecords() <= before.deletedRecords();
  }
}
