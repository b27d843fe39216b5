package io.millrace.delta.maintenance;

/** Told how far an operation is; called often, by one thread at a time. */
@FunctionalInterface
public interface Progress {
  /** For those who do not want to know. */
  Progress SILENT = (step, done, total) -> {};

  /**
   * @param step what is being done, in a few words
   * @param done units of it that are done
   * @param total units that there are; 0 while that is not known
   */
  void at(String step, long done, long total);
}
