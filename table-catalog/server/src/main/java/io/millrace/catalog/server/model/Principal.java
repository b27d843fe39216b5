package io.millrace.catalog.server.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Who may do something: a user, a service principal, or a group of those and of groups.
 *
 * @param name by which grants name it: the e-mail address of a user, the application id of a
 *     service principal, the name of a group; unique among all of them, whatever its case
 * @param displayName for people
 * @param active false if it may do nothing, for now
 * @param externalId what another system calls it, by SCIM
 */
public record Principal(
    UUID id,
    Kind kind,
    String name,
    String displayName,
    boolean active,
    Optional<String> externalId,
    Instant created,
    Instant updated) {
  public Principal {
    requireNonNull(id, "id is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(name, "name is null");
    requireNonNull(displayName, "displayName is null");
    requireNonNull(externalId, "externalId is null");
    requireNonNull(created, "created is null");
    requireNonNull(updated, "updated is null");
  }

  /** What it is. */
  public enum Kind {
    USER,
    SERVICE_PRINCIPAL,
    GROUP
  }

  /** Whether it can act, and is not only granted things. */
  public boolean acts() {
    return kind != Kind.GROUP && active;
  }
}
