package io.millrace.catalog.server.access;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.AccessDecider;
import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.server.state.CatalogState;
import java.util.UUID;
import java.util.function.Supplier;

/** Decides by whatever state of the catalog is the current one when it is asked. */
public final class StateAccessDecider implements AccessDecider {
  private final Supplier<CatalogState> current;

  public StateAccessDecider(Supplier<CatalogState> current) {
    this.current = requireNonNull(current, "current is null");
  }

  @Override
  public AccessDecision decide(UUID principal, Action action, UUID securable) {
    return AccessRules.decide(current.get(), principal, action, securable);
  }

  @Override
  public boolean isAllowed(UUID principal, Action action, UUID securable) {
    return AccessRules.isAllowed(current.get(), principal, action, securable);
  }
}
