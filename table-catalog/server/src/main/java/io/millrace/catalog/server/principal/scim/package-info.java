/** Principals as identity providers see them: SCIM 2.0, RFC 7643 and RFC 7644. */
@NullMarked
package io.millrace.catalog.server.principal.scim;

import org.jspecify.annotations.NullMarked;
