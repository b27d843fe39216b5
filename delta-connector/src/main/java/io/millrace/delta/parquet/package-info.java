/** Rows to Parquet files, and what Delta wants to know about each file. */
@NullMarked
package io.millrace.delta.parquet;

import org.jspecify.annotations.NullMarked;
