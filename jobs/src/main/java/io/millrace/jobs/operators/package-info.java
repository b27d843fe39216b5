/** Millrace's own stream operators: rows are reused, counted, and settled before each barrier. */
@NullMarked
package io.millrace.jobs.operators;

import org.jspecify.annotations.NullMarked;
