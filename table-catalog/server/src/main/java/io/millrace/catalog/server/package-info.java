/** The catalog as a whole: store, decisions, audit, lineage and HTTP, put together. */
@NullMarked
package io.millrace.catalog.server;

import org.jspecify.annotations.NullMarked;
