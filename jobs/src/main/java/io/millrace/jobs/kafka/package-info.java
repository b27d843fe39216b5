/** Kafka topics as rows: the source of a pipeline, and the checks before it starts. */
@NullMarked
package io.millrace.jobs.kafka;

import org.jspecify.annotations.NullMarked;
