/** Delta tables in Flink SQL: {@code 'connector' = 'delta'}. */
@NullMarked
package io.millrace.delta.table;

import org.jspecify.annotations.NullMarked;
