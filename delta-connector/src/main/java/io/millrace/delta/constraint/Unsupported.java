package io.millrace.delta.constraint;

/** An expression, or a part of one, that cannot be evaluated here; the message names the part. */
final class Unsupported extends Exception {
  private static final long serialVersionUID = 1L;

  Unsupported(String part) {
    super(part);
  }
}
