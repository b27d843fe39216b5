/** CHECK constraints and column invariants: a subset of Spark SQL, evaluated for each row. */
@NullMarked
package io.millrace.delta.constraint;

import org.jspecify.annotations.NullMarked;
