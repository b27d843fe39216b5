package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/** What of a table is read. */
public sealed interface ReadMode extends Serializable {
  /** False if the source goes on for ever. */
  boolean bounded();

  /**
   * The rows of one version.
   *
   * @param version the table has it
   */
  record Snapshot(long version) implements ReadMode {
    @Override
    public boolean bounded() {
      return true;
    }
  }

  /** The rows that are appended, version after version, for ever. */
  record Tail(Start start, OnChange onChange) implements ReadMode {
    public Tail {
      requireNonNull(start, "start is null");
      requireNonNull(onChange, "onChange is null");
    }

    @Override
    public boolean bounded() {
      return false;
    }
  }

  /**
   * The rows that are inserted, updated and deleted.
   *
   * @param last version to read; {@link Long#MAX_VALUE} to go on for ever
   * @param form of the rows
   */
  record Changes(Start start, long last, ChangeForm form) implements ReadMode {
    public Changes {
      requireNonNull(start, "start is null");
      requireNonNull(form, "form is null");
    }

    @Override
    public boolean bounded() {
      return last != Long.MAX_VALUE;
    }
  }

  /** Where following a table begins. */
  sealed interface Start extends Serializable {
    /** With all rows of the version that is the latest when the job starts. */
    record AllRows() implements Start {}

    /**
     * With what a version has changed.
     *
     * @param version the first to be read
     */
    record Version(long version) implements Start {}
  }

  /** What becomes of a commit that removes or updates rows while only appended ones are wanted. */
  enum OnChange {
    /** The job fails, naming the version. */
    FAIL,
    /** A commit that only removes rows is passed over; one that updates rows fails. */
    IGNORE_DELETES,
    /** Rows of rewritten files come again, changed or not; removed ones are not told of. */
    IGNORE_CHANGES,
    /** The commit is passed over, whatever else it adds. */
    SKIP_COMMIT
  }

  /** How a change is told. */
  enum ChangeForm {
    /** As rows of Flink's four kinds; in order, and therefore by one reader. */
    CHANGELOG,
    /** As inserted rows, whose metadata say what happened. */
    ROWS
  }
}
