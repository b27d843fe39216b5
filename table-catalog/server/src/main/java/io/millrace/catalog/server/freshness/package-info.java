/** How fresh tables are, and whether their rows balance: as pipelines tell it. */
@NullMarked
package io.millrace.catalog.server.freshness;

import org.jspecify.annotations.NullMarked;
