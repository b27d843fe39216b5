/** The command line: one class per command, one place that prints errors. */
@NullMarked
package io.millrace.gateway.cli;

import org.jspecify.annotations.NullMarked;
