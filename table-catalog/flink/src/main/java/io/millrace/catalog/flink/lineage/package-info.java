/**
 * Where columns come from, by a walk over the plan that Flink makes of a statement, and which jobs
 * run it.
 */
@NullMarked
package io.millrace.catalog.flink.lineage;

import org.jspecify.annotations.NullMarked;
