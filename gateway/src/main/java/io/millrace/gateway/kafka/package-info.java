/** The embedded Kafka broker, as the rest of the gateway sees it. */
@NullMarked
package io.millrace.gateway.kafka;

import org.jspecify.annotations.NullMarked;
