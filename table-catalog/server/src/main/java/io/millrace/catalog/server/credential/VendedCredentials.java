package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Credentials for a place.
 *
 * @param prefix what they are good for
 * @param expires until when
 * @param aws empty where none are needed
 */
public record VendedCredentials(String prefix, Instant expires, Optional<AwsSession> aws) {
  public VendedCredentials {
    requireNonNull(prefix, "prefix is null");
    requireNonNull(expires, "expires is null");
    requireNonNull(aws, "aws is null");
  }
}
