package io.millrace.catalog;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A failure that somebody can act on: what happened, with the values involved, and what to do.
 *
 * <p>The message reads {@code CODE: problem. Remedy: what to do.}; {@link #code()} is what programs
 * look at. It never holds a secret.
 */
public class MillraceException extends RuntimeException {
  private final ErrorCode code;
  private final String problem;
  private final String remedy;

  public MillraceException(ErrorCode code, String problem, String remedy) {
    this(code, problem, remedy, null);
  }

  public MillraceException(
      ErrorCode code, String problem, String remedy, @Nullable Throwable cause) {
    super(
        requireNonNull(code, "code is null").name() + ": " + problem + "\n  Remedy: " + remedy,
        cause);
    this.code = code;
    this.problem = requireNonNull(problem, "problem is null");
    this.remedy = requireNonNull(remedy, "remedy is null");
  }

  public ErrorCode code() {
    return code;
  }

  /** What happened, without code and remedy. */
  public String problem() {
    return problem;
  }

  public String remedy() {
    return remedy;
  }

  /** The first failure of this type in the chain of causes, or null. */
  public static @Nullable MillraceException in(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof MillraceException known) {
        return known;
      }
      if (t == t.getCause()) {
        return null;
      }
    }
    return null;
  }
}
