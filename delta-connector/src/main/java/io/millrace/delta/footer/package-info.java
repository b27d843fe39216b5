/** Checksums of Parquet footers, which the format itself does not have. */
@NullMarked
package io.millrace.delta.footer;

import org.jspecify.annotations.NullMarked;
