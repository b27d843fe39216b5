/** The wiring, the front door and the embedded platform; {@code cli.Millrace} is the main class. */
@NullMarked
package io.millrace.gateway;

import org.jspecify.annotations.NullMarked;
