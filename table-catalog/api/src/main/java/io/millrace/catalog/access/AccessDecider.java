package io.millrace.catalog.access;

import java.util.UUID;

/**
 * Decides who may do what: the one place that does, for REST, for the catalog plugin and for SQL.
 * Default is no. Thread-safe; an answer takes microseconds and does no I/O, and is as of one state
 * of the catalog.
 */
public interface AccessDecider {

  /**
   * Decides.
   *
   * @param principal id of a user or service principal; one that is unknown or not active may do
   *     nothing
   * @param action that applies to the securable's type
   * @param securable id; of one that is not there the answer is Hidden
   * @throws IllegalArgumentException if the action does not apply to such a securable
   */
  AccessDecision decide(UUID principal, Action action, UUID securable);

  /** As {@link #decide}, without the reason, for filtering lists. */
  default boolean isAllowed(UUID principal, Action action, UUID securable) {
    return decide(principal, action, securable).isAllowed();
  }
}
