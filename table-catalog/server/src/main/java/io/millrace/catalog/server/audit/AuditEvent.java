package io.millrace.catalog.server.audit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One line of the audit log.
 *
 * @param principal who, if that is known
 * @param principalName as it was called then
 * @param action such as {@code createTable}, as Databricks' {@code system.access.audit} names them
 * @param securableType and fullName of what it was done with; empty if with nothing
 * @param parameters of the request; no secrets
 * @param outcome what came of it
 * @param reason of a denial, or the error code of a failure; empty otherwise
 * @param requestId the same for everything that one request did
 * @param sourceAddress where it came from; empty if from this process
 */
public record AuditEvent(
    Instant at,
    Optional<UUID> principal,
    String principalName,
    String action,
    String securableType,
    String fullName,
    Map<String, String> parameters,
    Outcome outcome,
    String reason,
    String requestId,
    String sourceAddress) {
  public AuditEvent {
    requireNonNull(at, "at is null");
    requireNonNull(principal, "principal is null");
    requireNonNull(principalName, "principalName is null");
    requireNonNull(action, "action is null");
    requireNonNull(securableType, "securableType is null");
    requireNonNull(fullName, "fullName is null");
    parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
    requireNonNull(outcome, "outcome is null");
    requireNonNull(reason, "reason is null");
    requireNonNull(requestId, "requestId is null");
    requireNonNull(sourceAddress, "sourceAddress is null");
  }

  /** What came of it. */
  public enum Outcome {
    DONE,
    DENIED,
    FAILED
  }
}
