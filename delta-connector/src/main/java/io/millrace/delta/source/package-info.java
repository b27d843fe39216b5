/** Delta tables as sources of a Flink job: a version, what follows it, and what changed. */
@NullMarked
package io.millrace.delta.source;

import org.jspecify.annotations.NullMarked;
