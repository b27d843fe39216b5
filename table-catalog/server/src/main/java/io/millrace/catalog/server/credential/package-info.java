/** Credentials for places where data lies: for one prefix, for reading or writing, for a while. */
@NullMarked
package io.millrace.catalog.server.credential;

import org.jspecify.annotations.NullMarked;
