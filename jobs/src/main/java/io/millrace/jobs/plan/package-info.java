/**
 * From the graph of datasets to the plan of one job: which operators run, over which rows, and
 * which queries go through Flink's planner instead.
 */
@NullMarked
package io.millrace.jobs.plan;

import org.jspecify.annotations.NullMarked;
