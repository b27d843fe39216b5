/** What {@code CALL catalog.sys.…} can do to Delta tables. */
@NullMarked
package io.millrace.delta.procedure;

import org.jspecify.annotations.NullMarked;
