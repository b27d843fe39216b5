/** The one package that sees Delta Kernel's internals. */
@NullMarked
package io.millrace.delta.kernel;

import org.jspecify.annotations.NullMarked;
