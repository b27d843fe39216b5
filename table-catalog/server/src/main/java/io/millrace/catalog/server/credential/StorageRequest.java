package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * What credentials are wanted for.
 *
 * @param prefix normalised; nothing outside may be reached
 * @param validity longest that they may be good for
 * @param role by which the place is reached; empty if no storage credential says
 */
public record StorageRequest(
    String prefix, StorageAccess access, Duration validity, Optional<StorageRole> role) {
  public StorageRequest {
    requireNonNull(prefix, "prefix is null");
    requireNonNull(access, "access is null");
    requireNonNull(validity, "validity is null");
    requireNonNull(role, "role is null");
    if (validity.isNegative() || validity.isZero()) {
      throw new IllegalArgumentException("credentials that are good for " + validity);
    }
  }
}
