/** Speaking HTTP: to a catalog that runs in another process. */
@NullMarked
package io.millrace.gateway.http;

import org.jspecify.annotations.NullMarked;
