package io.millrace.catalog.server.audit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Which events are wanted: those that fit all that is not empty.
 *
 * @param from the first moment
 * @param to the moment behind the last
 * @param principal name, in any case
 * @param action as it is in the log
 * @param securableType as Unity Catalog names it
 * @param fullName of the securable, in any case, as it was called then
 */
public record AuditFilter(
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<String> principal,
    Optional<String> action,
    Optional<String> securableType,
    Optional<String> fullName,
    Optional<AuditEvent.Outcome> outcome) {
  /** All events. */
  public static final AuditFilter ALL =
      new AuditFilter(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public AuditFilter {
    requireNonNull(from, "from is null");
    requireNonNull(to, "to is null");
    requireNonNull(principal, "principal is null");
    requireNonNull(action, "action is null");
    requireNonNull(securableType, "securableType is null");
    requireNonNull(fullName, "fullName is null");
    requireNonNull(outcome, "outcome is null");
  }

  public AuditFilter between(Instant first, Instant behind) {
    return new AuditFilter(
        Optional.of(first),
        Optional.of(behind),
        principal,
        action,
        securableType,
        fullName,
        outcome);
  }

  public AuditFilter ofPrincipal(String name) {
    return new AuditFilter(from, to, Optional.of(name), action, securableType, fullName, outcome);
  }

  public AuditFilter ofAction(String name) {
    return new AuditFilter(
        from, to, principal, Optional.of(name), securableType, fullName, outcome);
  }

  public AuditFilter ofSecurable(String type, String name) {
    return new AuditFilter(
        from, to, principal, action, Optional.of(type), Optional.of(name), outcome);
  }

  public AuditFilter ofOutcome(AuditEvent.Outcome wanted) {
    return new AuditFilter(
        from, to, principal, action, securableType, fullName, Optional.of(wanted));
  }
}
