package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

/**
 * An AWS role that reaches a place.
 *
 * @param arn of the role
 * @param externalId what the role's owner lets it be assumed with, so that nobody else's server is
 *     made to do so
 */
public record StorageRole(String arn, String externalId) {
  public StorageRole {
    requireNonNull(arn, "arn is null");
    requireNonNull(externalId, "externalId is null");
  }
}
