/** The words of the connector: a table that is written, a file of it. */
@NullMarked
package io.millrace.delta;

import org.jspecify.annotations.NullMarked;
