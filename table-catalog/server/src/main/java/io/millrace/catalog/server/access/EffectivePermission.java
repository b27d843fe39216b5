package io.millrace.catalog.server.access;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * One privilege that holds for a securable, by one grant. Ownership is not a grant and not in here;
 * neither are admins.
 *
 * @param grantee to whom it was granted
 * @param from the securable that it was granted on: the one in question, or what that is in
 * @param fromName its full name
 * @param inherited whether it was granted on what the securable is in
 */
public record EffectivePermission(
    UUID grantee,
    String granteeName,
    Privilege privilege,
    UUID from,
    SecurableType fromType,
    String fromName,
    boolean inherited) {
  public EffectivePermission {
    requireNonNull(grantee, "grantee is null");
    requireNonNull(granteeName, "granteeName is null");
    requireNonNull(privilege, "privilege is null");
    requireNonNull(from, "from is null");
    requireNonNull(fromType, "fromType is null");
    requireNonNull(fromName, "fromName is null");
  }

  /** By name of the grantee, then by privilege, then from the securable outwards. */
  private static final Comparator<EffectivePermission> ORDER =
      Comparator.comparing(EffectivePermission::granteeName)
          .thenComparing(EffectivePermission::privilege)
          .thenComparing(permission -> -permission.fromType().nameParts());

  /**
   * What was granted to anybody.
   *
   * @throws IllegalArgumentException if there is no such securable
   */
  public static List<EffectivePermission> on(CatalogState state, UUID securable) {
    return collect(state, securable, grantee -> true);
  }

  /**
   * What was granted to one principal, or to groups that it is in.
   *
   * @throws IllegalArgumentException if there is no such securable
   */
  public static List<EffectivePermission> of(CatalogState state, UUID principal, UUID securable) {
    return collect(state, securable, state.reach(principal)::contains);
  }

  private static List<EffectivePermission> collect(
      CatalogState state, UUID securable, Predicate<UUID> wanted) {
    Securable asked =
        state
            .find(securable)
            .orElseThrow(() -> new IllegalArgumentException("no securable " + securable));
    List<EffectivePermission> found = new ArrayList<>();
    Securable at = asked;
    while (true) {
      Securable from = at;
      state.forEachGrant(
          from.id(),
          (grantee, privileges) -> {
            if (!wanted.test(grantee)) {
              return;
            }
            String name = state.principal(grantee).map(Principal::name).orElse(grantee.toString());
            for (Privilege privilege : privileges) {
              if (holdsFor(privilege, asked)) {
                found.add(
                    new EffectivePermission(
                        grantee,
                        name,
                        privilege,
                        from.id(),
                        from.type(),
                        state.fullName(from),
                        !from.equals(asked)));
              }
            }
          });
      Securable above = at.isRoot() ? at : state.find(at.parent()).orElseThrow();
      if (above.isRoot()) {
        // What is granted on the metastore holds there only.
        found.sort(ORDER);
        return List.copyOf(found);
      }
      at = above;
    }
  }

  /** To use and to browse containers is part of what one can do with what is in them. */
  private static boolean holdsFor(Privilege privilege, Securable asked) {
    return privilege.appliesTo(asked.type())
        || (asked.type().isContained()
            && (privilege == Privilege.USE_CATALOG
                || privilege == Privilege.USE_SCHEMA
                || privilege == Privilege.BROWSE));
  }
}
