package io.millrace.jobs.json;

import org.jspecify.annotations.Nullable;

/** Leaves the strict reader's walk; never leaves {@link StrictJsonReader}. Costs no stack trace. */
final class MalformedJson extends RuntimeException {
  private static final long serialVersionUID = 1;

  final JsonVerdict verdict;

  /** Bytes after the document's first. */
  final long position;

  final @Nullable String field;

  MalformedJson(JsonVerdict verdict, long position, @Nullable String field) {
    super(verdict.text(), null, false, false);
    this.verdict = verdict;
    this.position = position;
    this.field = field;
  }
}
