package io.millrace.catalog.flink.procedure;

import io.millrace.catalog.access.SecurableType;

/** How a catalog's session names securables. */
@FunctionalInterface
public interface SecurableNames {
  /**
   * The full name on the server.
   *
   * @throws io.millrace.catalog.MillraceException OPTION_INVALID
   */
  String full(SecurableType type, String name);
}
