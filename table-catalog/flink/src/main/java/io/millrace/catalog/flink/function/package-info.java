/** Functions of the catalog, which are written in SQL, as Flink calls functions. */
@NullMarked
package io.millrace.catalog.flink.function;

import org.jspecify.annotations.NullMarked;
