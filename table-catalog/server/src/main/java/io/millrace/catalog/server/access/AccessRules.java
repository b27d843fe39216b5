package io.millrace.catalog.server.access;

import static io.millrace.catalog.access.Privilege.ALL_PRIVILEGES;
import static io.millrace.catalog.access.Privilege.BROWSE;
import static io.millrace.catalog.access.Privilege.MANAGE;
import static io.millrace.catalog.access.Privilege.USE_CATALOG;
import static io.millrace.catalog.access.Privilege.USE_SCHEMA;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.AccessDecision.Allowed;
import io.millrace.catalog.access.AccessDecision.Denied;
import io.millrace.catalog.access.AccessDecision.Hidden;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Action.Kind;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.PrincipalSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rules of access, those of Databricks' Unity Catalog:
 *
 * <ul>
 *   <li>A privilege is granted to a user, service principal or group, on a securable or on what
 *       that is in, and holds if all containers may be used: USE CATALOG and USE SCHEMA. What is
 *       granted on the metastore holds there only.
 *   <li>The owner may do everything with a securable. The owner of a container may manage what is
 *       in it, and use the containers below; it may not read its data.
 *   <li>MANAGE is to grant, revoke, alter, drop and hand over, and no data.
 *   <li>BROWSE is to see metadata, without USE of anything.
 *   <li>ALL PRIVILEGES is every privilege that applies, but for MANAGE.
 *   <li>Metastore admins see, grant and hand over everything, and get no data by that.
 *   <li>Whoever has no privilege on a securable is told that it is not there.
 * </ul>
 *
 * <p>Made for one question about one securable: a few look-ups for each container.
 */
public final class AccessRules {
  private static final Map<SecurableType, Long> APPLICABLE = new EnumMap<>(SecurableType.class);

  static {
    for (SecurableType type : SecurableType.values()) {
      long bits = 0;
      for (Privilege privilege : Privilege.values()) {
        if (privilege.appliesTo(type)) {
          bits |= privilege.bit();
        }
      }
      APPLICABLE.put(type, bits);
    }
  }

  private final CatalogState state;
  private final PrincipalSet who;
  private final Securable securable;
  private final @Nullable Securable schema;
  private final @Nullable Securable catalog;

  /** What was granted on its containers themselves. */
  private final long schemaBits;

  private final long catalogBits;

  /** What was granted on it or on what it is in, as far as it applies to its type. */
  private final long bits;

  private final boolean owns;
  private final boolean ownsAbove;
  private final boolean admin;

  private AccessRules(CatalogState state, UUID principal, Securable securable) {
    this.state = state;
    this.who = state.reach(principal);
    this.securable = securable;
    Securable above = parent(securable);
    boolean inSchema = above != null && above.type() == SecurableType.SCHEMA;
    this.schema = inSchema ? above : null;
    this.catalog = inSchema ? parent(above) : above;
    this.schemaBits = schema == null ? 0 : state.grantedBits(schema.id(), who);
    this.catalogBits = catalog == null ? 0 : state.grantedBits(catalog.id(), who);
    this.bits =
        (state.grantedBits(securable.id(), who) | schemaBits | catalogBits)
            & APPLICABLE.get(securable.type());
    this.owns = who.contains(securable.owner()) && !securable.isRoot();
    this.ownsAbove =
        (schema != null && who.contains(schema.owner()))
            || (catalog != null && who.contains(catalog.owner()));
    this.admin = who.contains(state.admins());
  }

  /** The container, unless that is the metastore. */
  private @Nullable Securable parent(Securable of) {
    if (of.isRoot()) {
      return null;
    }
    Securable parent = state.find(of.parent()).orElseThrow();
    return parent.isRoot() ? null : parent;
  }

  /** As {@link StateAccessDecider#isAllowed}, of one state. */
  public static boolean isAllowed(CatalogState state, UUID principal, Action action, UUID id) {
    Optional<Securable> found = applicable(state, action, id);
    return found.isPresent()
        && state.principal(principal).filter(Principal::acts).isPresent()
        && new AccessRules(state, principal, found.get()).may(action);
  }

  /** As {@link StateAccessDecider#decide}, of one state. */
  public static AccessDecision decide(CatalogState state, UUID principal, Action action, UUID id) {
    Optional<Securable> found = applicable(state, action, id);
    if (found.isEmpty()) {
      return new Hidden("there is no such securable");
    }
    Optional<Principal> acting = state.principal(principal).filter(Principal::acts);
    if (acting.isEmpty()) {
      return new Hidden("the principal is not there, is a group, or is not active");
    }
    return new AccessRules(state, principal, found.get()).decide(action);
  }

  private static Optional<Securable> applicable(CatalogState state, Action action, UUID id) {
    Optional<Securable> found = state.find(id);
    if (found.isPresent() && !action.appliesTo(found.get().type())) {
      throw new IllegalArgumentException(
          "%s is not done with a %s".formatted(action, found.get().type().words()));
    }
    return found;
  }

  private boolean has(Privilege privilege) {
    if ((bits & privilege.bit()) != 0) {
      return true;
    }
    return (bits & ALL_PRIVILEGES.bit()) != 0
        && privilege != MANAGE
        && privilege.appliesTo(securable.type());
  }

  private boolean manages() {
    return owns || ownsAbove || has(MANAGE);
  }

  private boolean may(Action action) {
    Privilege privilege = action.privilege().orElse(MANAGE);
    return switch (action.kind()) {
      case ADMINISTER -> admin;
      case SEE -> sees();
      case DATA -> (owns || has(privilege)) && isUsable();
      case CREATE -> mayCreate(privilege);
      case TAG -> (manages() || has(privilege)) && isUsable();
      case MANAGE -> manages() && isUsable();
      case GRANT -> admin || (manages() && isUsable());
    };
  }

  private boolean sees() {
    return admin || manages() || browses() || (bits != 0 && isUsable());
  }

  /** BROWSE is granted on catalogs and external locations, and holds for all that is in them. */
  private boolean browses() {
    long browse = BROWSE.bit() | ALL_PRIVILEGES.bit();
    if (catalog != null) {
      return (catalogBits & BROWSE.bit()) != 0;
    }
    return BROWSE.appliesTo(securable.type()) && (bits & browse) != 0;
  }

  private boolean mayCreate(Privilege privilege) {
    if (securable.isRoot()) {
      return admin || has(privilege);
    }
    return (owns || ownsAbove || has(privilege)) && isUsable() && isEntered();
  }

  /** Whether the securable, being a container, may be used itself. */
  private boolean isEntered() {
    return switch (securable.type()) {
      case CATALOG -> owns || has(USE_CATALOG);
      case SCHEMA -> owns || ownsAbove || has(USE_SCHEMA);
      default -> true;
    };
  }

  /** Whether the containers may be used. */
  private boolean isUsable() {
    return firstUnusable() == null;
  }

  private @Nullable Securable firstUnusable() {
    if (catalog != null && !usesCatalog()) {
      return catalog;
    }
    return schema != null && !usesSchema() ? schema : null;
  }

  private boolean usesCatalog() {
    return who.contains(requireNonNull(catalog).owner())
        || (catalogBits & (USE_CATALOG.bit() | ALL_PRIVILEGES.bit())) != 0;
  }

  private boolean usesSchema() {
    return who.contains(requireNonNull(schema).owner())
        || who.contains(requireNonNull(catalog).owner())
        || ((schemaBits | catalogBits) & (USE_SCHEMA.bit() | ALL_PRIVILEGES.bit())) != 0;
  }

  private AccessDecision decide(Action action) {
    if (may(action)) {
      return new Allowed(whyAllowed(action));
    }
    boolean known = securable.isRoot() || sees() || bits != 0;
    if (!known) {
      return new Hidden(
          "no privilege on %s, and none of what it is in gives one".formatted(called(securable)));
    }
    String missing = missing(action);
    return new Denied("%s needs %s".formatted(action, missing), missing);
  }

  private String missing(Action action) {
    if (action.kind() == Kind.ADMINISTER) {
      return "membership in the group of metastore admins";
    }
    Privilege privilege = action.privilege().orElse(MANAGE);
    boolean privileged =
        switch (action.kind()) {
          case DATA -> owns || has(privilege);
          case CREATE -> owns || ownsAbove || has(privilege);
          case TAG -> manages() || has(privilege);
          default -> action.kind() == Kind.SEE ? bits != 0 : manages();
        };
    if (!privileged) {
      return securable.isRoot()
          ? orAdmin(action)
          : "%s on %s, or ownership of it".formatted(privilege.wireName(), called(securable));
    }
    Securable unusable = firstUnusable();
    Securable container = unusable == null ? securable : unusable;
    return "%s on %s"
        .formatted(
            (container.type() == SecurableType.CATALOG ? USE_CATALOG : USE_SCHEMA).wireName(),
            called(container));
  }

  /** The metastore's owner has nothing by that; its admins have. */
  private static String orAdmin(Action action) {
    String admin = "membership in the group of metastore admins";
    return action
        .privilege()
        .map(privilege -> privilege.wireName() + " on the metastore, or " + admin)
        .orElse(admin);
  }

  private String called(Securable some) {
    return some.isRoot() ? "the metastore" : some.type().words() + " " + state.fullName(some);
  }

  private String whyAllowed(Action action) {
    Privilege privilege = action.privilege().orElse(MANAGE);
    boolean byAdmin =
        switch (action.kind()) {
          case ADMINISTER -> true;
          case SEE -> admin;
          case GRANT -> !(manages() && isUsable());
          default -> false;
        };
    if (byAdmin) {
      return "a metastore admin" + through(state.admins());
    }
    if (owns) {
      return "owner of %s%s".formatted(called(securable), through(securable.owner()));
    }
    if (action.kind() == Kind.SEE) {
      return whySeen();
    }
    if (action.privilege().isPresent() && has(privilege)) {
      return granted(privilege);
    }
    if (ownsAbove) {
      return ownerAbove();
    }
    return has(MANAGE) ? granted(MANAGE) : "a metastore admin" + through(state.admins());
  }

  private String whySeen() {
    if (ownsAbove) {
      return ownerAbove();
    }
    // MANAGE and BROWSE are enough; others only where the containers may be used.
    if (has(MANAGE)) {
      return granted(MANAGE);
    }
    if (isUsable()) {
      for (Privilege privilege : Privilege.values()) {
        if ((bits & privilege.bit()) != 0) {
          return granted(privilege);
        }
      }
    }
    return granted(BROWSE);
  }

  private String ownerAbove() {
    Securable owned =
        schema != null && who.contains(schema.owner()) ? schema : requireNonNull(catalog);
    return "owner of %s%s".formatted(called(owned), through(owned.owner()));
  }

  private String granted(Privilege wanted) {
    for (Securable at : new @Nullable Securable[] {securable, schema, catalog}) {
      if (at == null || !wanted.appliesTo(at.type())) {
        continue;
      }
      for (Privilege privilege : List.of(wanted, ALL_PRIVILEGES)) {
        if (wanted == MANAGE && privilege == ALL_PRIVILEGES) {
          continue;
        }
        for (UUID grantee : who) {
          if (state.granted(at.id(), grantee).contains(privilege)) {
            return "%s on %s%s".formatted(privilege.wireName(), called(at), through(grantee));
          }
        }
      }
    }
    throw new IllegalStateException("a privilege that was granted nowhere");
  }

  private String through(UUID grantee) {
    if (grantee.equals(who.self())) {
      return "";
    }
    return state.principal(grantee).map(group -> ", through group " + group.name()).orElse("");
  }
}
