/**
 * A pipeline's life: the graph of datasets becomes a plan, the plan one Flink job, the job's
 * checkpoints epochs in the registry.
 */
@NullMarked
package io.millrace.jobs.pipeline;

import org.jspecify.annotations.NullMarked;
