package io.millrace.catalog.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What statements fail with. */
final class Failures {
  private Failures() {}

  /** Whatever Flink wraps around it. */
  static MillraceException refused(ErrorCode code, String message, ThrowingCallable statement) {
    Throwable failure = catchThrowable(statement);
    assertThat(failure).as("a failure").isNotNull();
    MillraceException known = MillraceException.in(failure);
    assertThat(known).as(failure.toString()).isNotNull();
    assertThat(known.code()).as(known.getMessage()).isEqualTo(code);
    assertThat(known.problem()).contains(message);
    return known;
  }

  /** A failure of Flink's own. */
  static void fails(String message, ThrowingCallable statement) {
    Throwable failure = catchThrowable(statement);
    assertThat(failure).as("a failure").isNotNull();
    assertThat(failure).hasStackTraceContaining(message);
  }
}
