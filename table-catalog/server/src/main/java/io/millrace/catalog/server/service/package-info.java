/** What can be done with the catalog: each call is decided, made in one transaction, audited. */
@NullMarked
package io.millrace.catalog.server.service;

import org.jspecify.annotations.NullMarked;
