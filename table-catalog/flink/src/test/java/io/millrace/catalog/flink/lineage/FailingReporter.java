package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.JobEnded;
import io.millrace.catalog.lineage.JobStarted;
import io.millrace.catalog.lineage.LineageReporter;

/** One that jobs must not suffer from. */
public final class FailingReporter implements LineageReporter {
  @Override
  public void started(JobStarted job) {
    throw new IllegalStateException("this reporter always fails");
  }

  @Override
  public void ended(JobEnded job) {
    throw new IllegalStateException("this reporter always fails");
  }
}
