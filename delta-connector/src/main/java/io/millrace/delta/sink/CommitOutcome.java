package io.millrace.delta.sink;

/** What became of a committable: expected outcomes; everything else is an exception. */
public sealed interface CommitOutcome {
  /** The table's version that holds the committable's changes. */
  long version();

  /** This call made the version. */
  record Committed(long version) implements CommitOutcome {}

  /**
   * An earlier call, perhaps of an earlier process, had made it.
   *
   * @param version the table's latest version when that was found, at or after the one that was
   *     made
   */
  record AlreadyCommitted(long version) implements CommitOutcome {}
}
