package io.millrace.catalog.server.credential;

import io.millrace.catalog.MillraceException;

/**
 * Gives out credentials for places, one implementation for each kind of store. That the caller may
 * have them was decided before. Thread-safe.
 */
@FunctionalInterface
public interface CredentialVendor {

  /**
   * Credentials for no more than what is asked for.
   *
   * @throws MillraceException CONFIG_INVALID if this server cannot give out any for such a place
   */
  VendedCredentials vend(StorageRequest request);
}
