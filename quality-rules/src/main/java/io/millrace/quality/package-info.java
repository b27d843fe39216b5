/** What rows should satisfy, what becomes of those that do not, and how both are counted. */
@NullMarked
package io.millrace.quality;

import org.jspecify.annotations.NullMarked;
