/**
 * Where the columns of a table come from: what one statement reads and writes, and which jobs do.
 */
@NullMarked
package io.millrace.catalog.lineage;

import org.jspecify.annotations.NullMarked;
