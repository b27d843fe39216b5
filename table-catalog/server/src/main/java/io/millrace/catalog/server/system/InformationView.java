package io.millrace.catalog.server.system;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One state of the catalog, as one viewer sees it. */
final class InformationView {
  private final CatalogState state;
  private final Gate gate;
  private final Caller viewer;

  InformationView(CatalogState state, Gate gate, Caller viewer) {
    this.state = state;
    this.gate = gate;
    this.viewer = viewer;
  }

  /** Names of the containers, from the catalog in, and its own. */
  List<String> path(Securable securable) {
    List<String> path = new ArrayList<>();
    for (Securable each = securable; !each.isRoot(); each = parent(each)) {
      path.add(0, each.name());
    }
    return path;
  }

  Securable parent(Securable securable) {
    return state.find(securable.parent()).orElseThrow();
  }

  String principal(UUID id) {
    return Work.name(state, id);
  }

  /** Whether the viewer may see what else only those see who may change it: texts of queries. */
  boolean alters(Securable securable) {
    return gate.allows(state, viewer, Action.ALTER, securable);
  }

  /** The function of a policy, by the parts of its name; nulls for who may not see it. */
  List<@Nullable Object> function(Definition.Policy policy) {
    Optional<Securable> function =
        state
            .find(policy.function())
            .filter(found -> gate.allows(state, viewer, Action.DESCRIBE, found));
    if (function.isEmpty()) {
      return Arrays.asList(null, null, null);
    }
    return new ArrayList<>(path(function.get()));
  }

  /** A privilege that somebody has on something. */
  record Grant(String grantee, Privilege privilege, String inheritedFrom) {}

  /**
   * What was granted on a securable or on what it is in, as far as it applies to it: all of it for
   * who may grant on it, and for others what they and their groups were granted.
   */
  List<Grant> grants(Securable securable) {
    boolean all = gate.allows(state, viewer, Action.GRANT, securable);
    List<Grant> found = new ArrayList<>();
    for (Securable at = securable; !at.isRoot(); at = parent(at)) {
      String from = at.equals(securable) ? "NONE" : at.type().name();
      state.forEachGrant(
          at.id(),
          (grantee, privileges) -> {
            if (!all && !state.reach(viewer.principal()).contains(grantee)) {
              return;
            }
            for (Privilege privilege : privileges) {
              if (privilege.appliesTo(securable.type())) {
                found.add(new Grant(principal(grantee), privilege, from));
              }
            }
          });
    }
    found.sort(
        Comparator.comparing(Grant::grantee)
            .thenComparing(Grant::privilege)
            .thenComparing(Grant::inheritedFrom));
    return found;
  }
}
