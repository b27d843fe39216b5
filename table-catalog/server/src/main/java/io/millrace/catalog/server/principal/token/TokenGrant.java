package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** The answer of the token endpoint, as RFC 6749 has it. */
public sealed interface TokenGrant {

  /** A token. */
  record Granted(String accessToken, Duration lifetime, String scope) implements TokenGrant {
    public Granted {
      requireNonNull(accessToken, "accessToken is null");
      requireNonNull(lifetime, "lifetime is null");
      requireNonNull(scope, "scope is null");
    }

    @Override
    public String toString() {
      return "Granted[lifetime=%s, scope=%s]".formatted(lifetime, scope);
    }
  }

  /**
   * None.
   *
   * @param error such as {@code invalid_client}
   */
  record Refused(int status, String error, String description) implements TokenGrant {
    public Refused {
      requireNonNull(error, "error is null");
      requireNonNull(description, "description is null");
    }
  }
}
