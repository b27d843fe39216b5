/** Names, securables, error codes and contracts that every floor of the house may use. */
@NullMarked
package io.millrace.catalog;

import org.jspecify.annotations.NullMarked;
