package io.millrace.quality;

/** What becomes of a row that does not satisfy an {@link Expectation}. */
public enum ViolationAction {
  /** The row is kept and the violation counted. */
  WARN,
  /** The row goes no further; with a quarantine table it goes there. */
  DROP,
  /** The dataset stops; nothing since its last checkpoint is committed. */
  FAIL
}
