/**
 * The pipeline language: SQL files in the Lakeflow / Spark Declarative Pipelines grammar, with
 * Flink SQL in the queries, read into {@link io.millrace.jobs.language.Dataset}s. Every part knows
 * where in the user's file it was written; nothing here runs Flink.
 */
@NullMarked
package io.millrace.jobs.language;

import org.jspecify.annotations.NullMarked;
