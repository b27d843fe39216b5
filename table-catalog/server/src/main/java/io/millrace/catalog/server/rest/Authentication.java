package io.millrace.catalog.server.rest;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.service.Caller;
import java.util.Optional;

/** Who proves who calls. Thread-safe. */
@FunctionalInterface
public interface Authentication {

  /**
   * The one who calls.
   *
   * @param authorization the header, if there is one
   * @throws MillraceException UNAUTHENTICATED, with the same words whatever is wrong;
   *     PERMISSION_DENIED if the principal may do nothing at present
   */
  Caller authenticate(Optional<String> authorization, String requestId, String sourceAddress);
}
