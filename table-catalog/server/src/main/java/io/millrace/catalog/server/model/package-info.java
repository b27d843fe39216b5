/** What the catalog knows: securables, principals, grants and tokens. Values without behaviour. */
@NullMarked
package io.millrace.catalog.server.model;

import org.jspecify.annotations.NullMarked;
