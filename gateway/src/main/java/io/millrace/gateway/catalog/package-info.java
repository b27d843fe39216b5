/** What the platform's pipelines tell the catalog of themselves. */
@NullMarked
package io.millrace.gateway.catalog;

import org.jspecify.annotations.NullMarked;
