/** Looking after tables that others write: vacuum, restore, optimize. */
@NullMarked
package io.millrace.delta.maintenance;

import org.jspecify.annotations.NullMarked;
