package io.millrace.catalog.server.principal;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.state.CatalogState;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a principal is to be.
 *
 * @param members of a group; empty for the others
 */
public record PrincipalDraft(
    String name,
    String displayName,
    boolean active,
    Optional<String> externalId,
    Set<UUID> members) {
  public PrincipalDraft {
    requireNonNull(name, "name is null");
    requireNonNull(displayName, "displayName is null");
    requireNonNull(externalId, "externalId is null");
    members = Set.copyOf(members);
  }

  /** A new one with just a name, by which people see it, too. */
  public static PrincipalDraft named(String name) {
    return new PrincipalDraft(name, name, true, Optional.empty(), Set.of());
  }

  /** As it is now. */
  public static PrincipalDraft of(CatalogState state, Principal principal) {
    return new PrincipalDraft(
        principal.name(),
        principal.displayName(),
        principal.active(),
        principal.externalId(),
        Set.copyOf(state.members(principal.id())));
  }

  public PrincipalDraft withName(String changed) {
    return new PrincipalDraft(changed, displayName, active, externalId, members);
  }

  public PrincipalDraft withDisplayName(String changed) {
    return new PrincipalDraft(name, changed, active, externalId, members);
  }

  public PrincipalDraft withActive(boolean changed) {
    return new PrincipalDraft(name, displayName, changed, externalId, members);
  }

  public PrincipalDraft withExternalId(Optional<String> changed) {
    return new PrincipalDraft(name, displayName, active, changed, members);
  }

  public PrincipalDraft withMembers(Set<UUID> changed) {
    return new PrincipalDraft(name, displayName, active, externalId, changed);
  }

  /** With members that may be there already. */
  public PrincipalDraft plusMembers(Set<UUID> more) {
    Set<UUID> all = new LinkedHashSet<>(members);
    all.addAll(more);
    return withMembers(all);
  }

  /** Without members that may not be there. */
  public PrincipalDraft minusMembers(Set<UUID> gone) {
    Set<UUID> rest = new LinkedHashSet<>(members);
    rest.removeAll(gone);
    return withMembers(rest);
  }
}
