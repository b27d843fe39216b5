/** What {@code CALL catalog.system.…} does about privileges. */
@NullMarked
package io.millrace.catalog.flink.procedure;

import org.jspecify.annotations.NullMarked;
