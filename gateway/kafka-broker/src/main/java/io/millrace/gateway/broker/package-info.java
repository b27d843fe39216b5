/** A real KRaft broker; loaded by an isolated class loader, so that its Scala stays its own. */
@NullMarked
package io.millrace.gateway.broker;

import org.jspecify.annotations.NullMarked;
