/** From rows to commits: writers, what they hand over at a checkpoint, and the committer. */
@NullMarked
package io.millrace.delta.sink;

import org.jspecify.annotations.NullMarked;
