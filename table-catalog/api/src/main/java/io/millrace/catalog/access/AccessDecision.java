package io.millrace.catalog.access;

import static java.util.Objects.requireNonNull;

/** The answer to whether somebody may do something. */
public sealed interface AccessDecision {

  /** Why, in words that name privileges, groups and containers; for people who may know. */
  String reason();

  default boolean isAllowed() {
    return this instanceof Allowed;
  }

  /** It may be done. */
  record Allowed(String reason) implements AccessDecision {
    public Allowed {
      requireNonNull(reason, "reason is null");
    }
  }

  /**
   * It may not be done, by somebody who may know that the securable is there.
   *
   * @param missing what would have to be granted, such as {@code USE SCHEMA on schema main.sales}
   */
  record Denied(String reason, String missing) implements AccessDecision {
    public Denied {
      requireNonNull(reason, "reason is null");
      requireNonNull(missing, "missing is null");
    }
  }

  /** To the one who asks the securable does not exist; whoever answers says just that. */
  record Hidden(String reason) implements AccessDecision {
    public Hidden {
      requireNonNull(reason, "reason is null");
    }
  }
}
