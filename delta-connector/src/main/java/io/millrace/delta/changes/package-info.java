/** Change data feeds of Delta tables: which rows a commit changes, and the files that say so. */
@NullMarked
package io.millrace.delta.changes;

import org.jspecify.annotations.NullMarked;
