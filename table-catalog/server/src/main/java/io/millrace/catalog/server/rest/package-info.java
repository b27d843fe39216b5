/** The catalog over HTTP: Unity Catalog's REST API, and what Millrace adds to it. */
@NullMarked
package io.millrace.catalog.server.rest;

import org.jspecify.annotations.NullMarked;
