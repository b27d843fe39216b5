/** What {@code up} runs: directory, lock, ports, broker, Flink, and the pipelines on them. */
@NullMarked
package io.millrace.gateway.platform;

import org.jspecify.annotations.NullMarked;
