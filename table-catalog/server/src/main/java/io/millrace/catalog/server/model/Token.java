package io.millrace.catalog.server.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Something secret that proves who calls: a personal token, or the secret of a service principal.
 * The secret itself is nowhere.
 *
 * @param hash of the secret, SHA-256 in hexadecimal; secrets are random and long, so that no salt
 *     is needed
 * @param expires empty if never
 */
public record Token(
    UUID id,
    UUID principal,
    Kind kind,
    String hash,
    String comment,
    Instant created,
    Optional<Instant> expires) {
  public Token {
    requireNonNull(id, "id is null");
    requireNonNull(principal, "principal is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(hash, "hash is null");
    requireNonNull(comment, "comment is null");
    requireNonNull(created, "created is null");
    requireNonNull(expires, "expires is null");
  }

  /** What it is good for. */
  public enum Kind {
    /** As bearer token, at once. */
    PERSONAL,
    /** For getting an access token of a few minutes with it. */
    CLIENT_SECRET
  }
}
