/** Rows in memory: a reused row of longs and byte slices, and its serializer. */
@NullMarked
package io.millrace.delta.row;

import org.jspecify.annotations.NullMarked;
