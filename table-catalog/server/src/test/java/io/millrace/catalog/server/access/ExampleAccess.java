package io.millrace.catalog.server.access;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.access.AccessMatrix.Case;
import io.millrace.catalog.server.access.AccessMatrix.Fact;
import io.millrace.catalog.server.access.AccessMatrix.Grant;
import io.millrace.catalog.server.access.AccessMatrix.Mark;
import io.millrace.catalog.server.access.AccessMatrix.Owner;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.state.ExampleCatalog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The catalog that the matrix speaks of, and somebody in it to whom things are granted. */
final class ExampleAccess {
  /** To whom a case's grants are made: all of them lead to the same user. */
  enum Way {
    DIRECTLY,
    THROUGH_A_GROUP,
    THROUGH_NESTED_GROUPS
  }

  private CatalogState state = CatalogState.empty();
  private final ExampleCatalog example = new ExampleCatalog(this::apply);
  private final Map<String, UUID> ids = new HashMap<>();
  private final UUID admins;
  private final UUID user;
  private final UUID group;
  private final UUID outer;

  ExampleAccess() {
    admins = example.metastore();
    ids.put("metastore", example.metastoreId());
    user = example.user("ann@example.com");
    group = example.group("analysts");
    outer = example.group("everyone");
    example.member(group, user);
    example.member(outer, group);
    UUID main = catalog("catalog", "main");
    UUID sales = schema("schema", main, "sales");
    UUID other = schema("other", main, "other");
    ids.put("second", example.catalog("second"));
    ids.put("table", example.table(sales, "orders", "file:///data/orders"));
    ids.put("sibling", example.table(sales, "returns", "file:///data/returns"));
    ids.put("elsewhere", example.table(other, "orders", "file:///data/other/orders"));
    ids.put("volume", example.volume(sales, "files", "file:///data/files"));
    ids.put("function", example.function(sales, "mask"));
    ids.put("model", example.model(sales, "churn", "file:///data/churn"));
    ids.put("credential", example.credential("lake"));
    ids.put("location", example.externalLocation("landing", "s3://landing", id("credential")));
  }

  private UUID catalog(String key, String name) {
    ids.put(key, example.catalog(name));
    return id(key);
  }

  private UUID schema(String key, UUID parent, String name) {
    ids.put(key, example.schema(parent, name));
    return id(key);
  }

  void apply(Change change) {
    state = state.after(change);
  }

  CatalogState state() {
    return state;
  }

  ExampleCatalog example() {
    return example;
  }

  UUID id(String securable) {
    return ids.get(securable);
  }

  UUID user() {
    return user;
  }

  UUID group() {
    return group;
  }

  UUID outer() {
    return outer;
  }

  UUID admins() {
    return admins;
  }

  /** The state in which somebody has what a case says. */
  CatalogState with(Case one, Way way) {
    UUID grantee =
        switch (way) {
          case DIRECTLY -> user;
          case THROUGH_A_GROUP -> group;
          case THROUGH_NESTED_GROUPS -> outer;
        };
    CatalogState next = state;
    for (Fact fact : one.facts()) {
      if (fact instanceof Grant grant) {
        UUID on = id(grant.on());
        Set<Privilege> granted = new HashSet<>(next.granted(on, grantee));
        granted.add(grant.privilege());
        next = next.after(new Change.PutGrant(on, grantee, granted));
      } else if (fact instanceof Owner owner) {
        Securable owned = next.find(id(owner.of())).orElseThrow();
        next = next.after(new Change.PutSecurable(owned.withOwner(grantee, owned.created())));
      } else if (fact == Mark.ADMIN) {
        next = next.after(new Change.PutMember(admins, grantee));
      } else if (fact == Mark.INACTIVE) {
        next = next.after(new Change.PutPrincipal(inactive(next.principal(user).orElseThrow())));
      }
    }
    return next;
  }

  /** Who asks in a case. */
  UUID asking(Case one) {
    return one.facts().contains(Mark.GROUP) ? group : user;
  }

  static Principal inactive(Principal principal) {
    return new Principal(
        principal.id(),
        principal.kind(),
        principal.name(),
        principal.displayName(),
        false,
        principal.externalId(),
        principal.created(),
        principal.updated());
  }
}
