package io.millrace.catalog.server.principal.token;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Token;
import java.time.Duration;

/**
 * How long tokens live, and how many there may be.
 *
 * @param lifetime of a token for which none is asked
 * @param lifetimeMax longest that may be asked for
 * @param personalMax personal tokens of one principal
 * @param secretsMax client secrets of one service principal
 */
public record TokenLimits(
    Duration lifetime, Duration lifetimeMax, int personalMax, int secretsMax) {

  /** As Databricks has them: 90 days, at most two years, 600 tokens and 5 secrets. */
  public static final TokenLimits DEFAULT =
      new TokenLimits(Duration.ofDays(90), Duration.ofDays(730), 600, 5);

  public TokenLimits {
    if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(lifetimeMax) > 0) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "tokens live for %s, and for at most %s".formatted(lifetime, lifetimeMax),
          "set the first above zero and not above the second");
    }
    if (personalMax < 1 || secretsMax < 1) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "%d tokens and %d secrets are allowed".formatted(personalMax, secretsMax),
          "allow at least one of each");
    }
  }

  int max(Token.Kind kind) {
    return kind == Token.Kind.PERSONAL ? personalMax : secretsMax;
  }
}
