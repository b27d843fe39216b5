package io.millrace.jobs.expression;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * What became of an expression: something that runs here with Flink's results, or the reason why
 * Flink's planner has to take it.
 *
 * @param <T> {@link Expression} or {@link Predicate}
 */
public sealed interface Compiled<T> permits Compiled.Ok, Compiled.Unsupported {

  /** The compiled form, or empty where it is unsupported. */
  Optional<T> compiled();

  /** It runs in our own operators. */
  record Ok<T>(T expression) implements Compiled<T> {
    public Ok {
      requireNonNull(expression, "expression is null");
    }

    @Override
    public Optional<T> compiled() {
      return Optional.of(expression);
    }
  }

  /**
   * It does not run here; Flink's planner may still accept it.
   *
   * @param reason for {@code plan}, names the function or type
   * @param position the offending part in the file that was parsed
   */
  record Unsupported<T>(String reason, SqlParserPos position) implements Compiled<T> {
    public Unsupported {
      requireNonNull(reason, "reason is null");
      requireNonNull(position, "position is null");
    }

    @Override
    public Optional<T> compiled() {
      return Optional.empty();
    }
  }
}
