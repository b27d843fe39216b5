/** Conditions that files and row groups can be skipped by. */
@NullMarked
package io.millrace.delta.filter;

import org.jspecify.annotations.NullMarked;
