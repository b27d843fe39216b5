/** Who may do what with which securable: the words, and the one question that is asked of them. */
@NullMarked
package io.millrace.catalog.access;

import org.jspecify.annotations.NullMarked;
