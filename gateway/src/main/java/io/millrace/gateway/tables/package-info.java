/** Finding tables on disk by name, and reading what people ask about them. */
@NullMarked
package io.millrace.gateway.tables;

import org.jspecify.annotations.NullMarked;
