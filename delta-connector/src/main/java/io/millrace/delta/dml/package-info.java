/** Statements that change rows of a table: UPDATE, DELETE and MERGE. */
@NullMarked
package io.millrace.delta.dml;

import org.jspecify.annotations.NullMarked;
