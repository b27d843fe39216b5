/** Delta tables in folders as a catalog of Flink's: {@code 'type' = 'delta'}. */
@NullMarked
package io.millrace.delta.catalog;

import org.jspecify.annotations.NullMarked;
