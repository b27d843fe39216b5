package io.millrace.catalog.lineage;

/**
 * Told about jobs that start and end, by the listener inside Flink. Implementations are found by
 * {@link java.util.ServiceLoader}; each may be made several times in one process, and a start and
 * its end may be told to two of them.
 *
 * <p>Called on Flink's I/O threads, possibly on several at once. What it throws is logged and does
 * the job no harm.
 */
public interface LineageReporter {
  void started(JobStarted job);

  void ended(JobEnded job);
}
