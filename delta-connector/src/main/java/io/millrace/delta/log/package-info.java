/** The numbered entries of a table's log: put-if-absent, one class per store. */
@NullMarked
package io.millrace.delta.log;

import org.jspecify.annotations.NullMarked;
