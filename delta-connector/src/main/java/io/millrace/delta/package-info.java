/**
 * Delta tables for Flink: {@code log} puts entries into the log, {@code kernel} wraps Delta Kernel,
 * {@code parquet} writes data files, {@code sink} turns checkpoints into commits, {@code row} and
 * {@code state} are what rows and keyed state look like in memory.
 */
@NullMarked
package io.millrace.delta;

import org.jspecify.annotations.NullMarked;
