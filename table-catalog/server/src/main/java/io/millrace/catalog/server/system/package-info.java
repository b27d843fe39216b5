/** Tables that the catalog answers about itself: {@code system.access} and information_schema. */
@NullMarked
package io.millrace.catalog.server.system;

import org.jspecify.annotations.NullMarked;
