/** What a running pipeline says about itself once a second, and how a person reads it. */
@NullMarked
package io.millrace.gateway.status;

import org.jspecify.annotations.NullMarked;
