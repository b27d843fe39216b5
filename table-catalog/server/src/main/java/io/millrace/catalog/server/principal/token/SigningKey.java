package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.jwk.ECKey;
import java.time.Instant;

/**
 * A pair of keys that access tokens are signed with and verified by.
 *
 * @param generation counts keys
 * @param signsFrom when tokens begin to be signed with it; every instance knows it by then
 * @param pair with the private half
 */
record SigningKey(long generation, Instant signsFrom, ECKey pair) {
  SigningKey {
    requireNonNull(signsFrom, "signsFrom is null");
    requireNonNull(pair, "pair is null");
  }

  String id() {
    return pair.getKeyID();
  }

  @Override
  public String toString() {
    return "SigningKey[generation=%d, id=%s]".formatted(generation, id());
  }
}
