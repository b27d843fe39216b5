package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Token;

/** A token that was just made, with its secret: the only time that this is to be had. */
public record IssuedToken(Token token, TokenSecret secret) {
  public IssuedToken {
    requireNonNull(token, "token is null");
    requireNonNull(secret, "secret is null");
  }
}
