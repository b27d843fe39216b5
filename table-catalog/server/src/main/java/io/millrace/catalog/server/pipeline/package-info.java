/** What pipelines that run in the catalog's own process tell it: tables, lineage, freshness. */
@NullMarked
package io.millrace.catalog.server.pipeline;

import org.jspecify.annotations.NullMarked;
