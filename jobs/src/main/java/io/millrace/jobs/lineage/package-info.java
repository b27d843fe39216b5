/** Which columns each table of a pipeline is made of, by Flink's planner. */
@NullMarked
package io.millrace.jobs.lineage;

import org.jspecify.annotations.NullMarked;
