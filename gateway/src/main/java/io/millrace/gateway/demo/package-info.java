/**
 * The demo: three million real flights through Kafka, bronze, silver and gold, and a check of every
 * row by another engine.
 */
@NullMarked
package io.millrace.gateway.demo;

import org.jspecify.annotations.NullMarked;
