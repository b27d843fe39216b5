/** Scalar SQL expressions, run on reused rows with exactly Flink's results and types. */
@NullMarked
package io.millrace.jobs.expression;

import org.jspecify.annotations.NullMarked;
