package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Token;
import java.time.Duration;
import java.util.Optional;

/**
 * A token that somebody wants.
 *
 * @param principal name of the user or service principal whose it is to be
 * @param lifetime empty for the usual one
 */
public record TokenRequest(
    String principal, Token.Kind kind, Optional<Duration> lifetime, String comment) {
  public TokenRequest {
    requireNonNull(principal, "principal is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(lifetime, "lifetime is null");
    requireNonNull(comment, "comment is null");
  }

  /** A personal token with the usual lifetime. */
  public static TokenRequest personal(String principal, String comment) {
    return new TokenRequest(principal, Token.Kind.PERSONAL, Optional.empty(), comment);
  }

  public TokenRequest lasting(Duration changed) {
    return new TokenRequest(principal, kind, Optional.of(changed), comment);
  }
}
