package io.millrace.catalog.server.state;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import java.util.Set;
import java.util.UUID;

/**
 * One step from a state of the catalog to the next. Steps are stored as JSON, so that other
 * instances on the same database can follow; a name, once used, keeps its meaning.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Change.PutSecurable.class, name = "put-securable"),
  @JsonSubTypes.Type(value = Change.DropSecurable.class, name = "drop-securable"),
  @JsonSubTypes.Type(value = Change.PutGrant.class, name = "put-grant"),
  @JsonSubTypes.Type(value = Change.PutPrincipal.class, name = "put-principal"),
  @JsonSubTypes.Type(value = Change.DropPrincipal.class, name = "drop-principal"),
  @JsonSubTypes.Type(value = Change.PutMember.class, name = "put-member"),
  @JsonSubTypes.Type(value = Change.DropMember.class, name = "drop-member"),
  @JsonSubTypes.Type(value = Change.PutToken.class, name = "put-token"),
  @JsonSubTypes.Type(value = Change.DropToken.class, name = "drop-token")
})
public sealed interface Change {

  /** Adds a securable, or replaces the one with its id. */
  record PutSecurable(Securable securable) implements Change {}

  /** Takes a securable out that nothing is in, and the grants on it. */
  record DropSecurable(UUID securable) implements Change {}

  /**
   * Sets all that a principal was granted on a securable.
   *
   * @param privileges none to take everything away
   */
  record PutGrant(UUID securable, UUID principal, Set<Privilege> privileges) implements Change {
    public PutGrant {
      privileges = Set.copyOf(privileges);
    }
  }

  /** Adds a principal, or replaces the one with its id. */
  record PutPrincipal(Principal principal) implements Change {}

  /** Takes a principal out, with its grants, memberships and tokens. It owns nothing any more. */
  record DropPrincipal(UUID principal) implements Change {}

  /** Makes a principal a member of a group. */
  record PutMember(UUID group, UUID member) implements Change {}

  /** Takes a member out of a group. */
  record DropMember(UUID group, UUID member) implements Change {}

  /** Adds a token. */
  record PutToken(Token token) implements Change {}

  /** Takes a token out. */
  record DropToken(UUID token) implements Change {}
}
