/** Decisions: who may do what, and why. */
@NullMarked
package io.millrace.catalog.server.access;

import org.jspecify.annotations.NullMarked;
