package io.millrace.jobs.plan;

/** A query, or a part of one, that Millrace's own operators do not run; says which and why. */
final class NotCompiled extends Exception {
  private static final long serialVersionUID = 1;

  NotCompiled(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
