/** What Flink and the catalog tell each other. */
@NullMarked
package io.millrace.catalog.flink;

import org.jspecify.annotations.NullMarked;
