package io.millrace.jobs.plan;

/** Which of the two ways a dataset takes if both could run it. */
enum Ways {
  /** Millrace's own operators. */
  MILLRACE_WHERE_POSSIBLE,

  /**
   * Flink's planner, for all but {@code from_json} and whatever reads static relations: for the
   * tests that compare the ways.
   */
  FLINK_WHERE_POSSIBLE
}
