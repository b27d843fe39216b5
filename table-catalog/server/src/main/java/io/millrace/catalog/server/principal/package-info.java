/** Users, groups and service principals: how they come and go, and how a catalog begins. */
@NullMarked
package io.millrace.catalog.server.principal;

import org.jspecify.annotations.NullMarked;
