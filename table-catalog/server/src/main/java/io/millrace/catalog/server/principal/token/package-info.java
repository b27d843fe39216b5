/** How a request proves whose it is: personal tokens, and access tokens of a few minutes. */
@NullMarked
package io.millrace.catalog.server.principal.token;

import org.jspecify.annotations.NullMarked;
