/** Parquet files as batches of column vectors: a reader for Delta's types and encodings. */
@NullMarked
package io.millrace.delta.vector;

import org.jspecify.annotations.NullMarked;
