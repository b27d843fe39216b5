/** The catalog in memory: one immutable state, and the changes that make the next one. */
@NullMarked
package io.millrace.catalog.server.state;

import org.jspecify.annotations.NullMarked;
