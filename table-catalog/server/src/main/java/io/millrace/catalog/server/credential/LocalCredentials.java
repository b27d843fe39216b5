package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.util.Optional;

/**
 * Files of this machine: no credentials, as whoever may open a file may. Clients take an answer
 * without any, and ask again when it expires.
 */
public final class LocalCredentials implements CredentialVendor {
  private final Clock clock;

  public LocalCredentials(Clock clock) {
    this.clock = requireNonNull(clock, "clock is null");
  }

  @Override
  public VendedCredentials vend(StorageRequest request) {
    return new VendedCredentials(
        request.prefix(), clock.instant().plus(request.validity()), Optional.empty());
  }
}
