/** What was done, tried and refused, by whom: appended to, never changed. */
@NullMarked
package io.millrace.catalog.server.audit;

import org.jspecify.annotations.NullMarked;
