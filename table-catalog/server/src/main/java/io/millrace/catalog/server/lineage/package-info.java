/** What comes from what: kept by securable id and column, asked in every direction. */
@NullMarked
package io.millrace.catalog.server.lineage;

import org.jspecify.annotations.NullMarked;
