package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.JobEnded;
import io.millrace.catalog.lineage.JobStarted;
import io.millrace.catalog.lineage.LineageReporter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what it is told, for all instances, since Flink makes several. */
public final class RememberingReporter implements LineageReporter {
  private static final BlockingQueue<JobStarted> STARTED = new LinkedBlockingQueue<>();
  private static final BlockingQueue<JobEnded> ENDED = new LinkedBlockingQueue<>();

  static JobStarted nextStarted() throws InterruptedException {
    return in(STARTED);
  }

  static JobEnded nextEnded() throws InterruptedException {
    return in(ENDED);
  }

  private static <T> T in(BlockingQueue<T> told) throws InterruptedException {
    T next = told.poll(60, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was told within a minute");
    }
    return next;
  }

  @Override
  public void started(JobStarted job) {
    STARTED.add(job);
  }

  @Override
  public void ended(JobEnded job) {
    ENDED.add(job);
  }
}
