/** Where the catalog is kept: a database, and the state in memory that follows it. */
@NullMarked
package io.millrace.catalog.server.store;

import org.jspecify.annotations.NullMarked;
