/** Keyed state in primitive arrays. */
@NullMarked
package io.millrace.delta.state;

import org.jspecify.annotations.NullMarked;
