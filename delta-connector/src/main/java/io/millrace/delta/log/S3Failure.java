package io.millrace.delta.log;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/**
 * A request to S3 that did not end well. Its message has no text of the server, which may repeat
 * what it was sent.
 */
final class S3Failure extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  /**
   * @param passing true if the same request may well succeed later; whether this one had an effect
   *     is then unknown
   */
  S3Failure(String message, boolean passing, Throwable cause) {
    super(requireNonNull(message, "message is null"), cause);
    this.passing = passing;
  }

  S3Failure(String message, boolean passing) {
    super(requireNonNull(message, "message is null"));
    this.passing = passing;
  }

  boolean isPassing() {
    return passing;
  }
}
