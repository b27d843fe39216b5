package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.AccessRules;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Where every call passes: finds what it names, decides, and lets nobody learn of what is hidden.
 * Thread-safe.
 */
public final class Gate {
  private final DecisionLog log;
  private final Clock clock;

  public Gate(DecisionLog log, Clock clock) {
    this.log = requireNonNull(log, "log is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /**
   * Finds what somebody may do something with.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND if it is not there or the caller may not know of
   *     it; PERMISSION_DENIED
   */
  public Securable require(
      CatalogState state, Caller caller, Action action, SecurableType type, String fullName) {
    Optional<Securable> found = state.find(type, SecurableName.parts(type, fullName));
    if (found.isEmpty()) {
      caller.decided();
      refused(caller, action, type, fullName, "not found");
      throw CatalogException.notFound(type, SecurableName.shown(fullName));
    }
    // Not by its own name: whether that is written in another case is not for everybody to know.
    require(state, caller, action, found.get(), SecurableName.shown(fullName));
    return found.get();
  }

  /** As above, for what was found already. */
  public void require(CatalogState state, Caller caller, Action action, Securable securable) {
    require(state, caller, action, securable, state.fullName(securable));
  }

  /**
   * As above, for what was found by something else than its name.
   *
   * @param asked what the caller named; whoever may not know of it is told no more than that
   */
  public void require(
      CatalogState state, Caller caller, Action action, Securable securable, String asked) {
    AccessDecision decision = AccessRules.decide(state, caller.principal(), action, securable.id());
    caller.decided();
    String name = state.fullName(securable);
    if (decision instanceof AccessDecision.Hidden) {
      refused(caller, action, securable.type(), name, "hidden: " + decision.reason());
      throw CatalogException.notFound(securable.type(), asked);
    }
    if (decision instanceof AccessDecision.Denied denied) {
      refused(caller, action, securable.type(), name, decision.reason());
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          denied.reason(),
          "ask for %s, or for somebody who has it to do this".formatted(denied.missing()));
    }
    log.add(event(caller, action, securable.type(), name, AuditEvent.Outcome.DONE, ""));
  }

  /** Whether somebody may do something, for filtering lists. */
  public boolean allows(CatalogState state, Caller caller, Action action, Securable securable) {
    caller.decided();
    return AccessRules.isAllowed(state, caller.principal(), action, securable.id());
  }

  /** Notes what somebody was given, beside the decisions that it took. */
  void given(Caller caller, String action, SecurableType type, String name, String what) {
    log.add(
        new AuditEvent(
            clock.instant(),
            Optional.of(caller.principal()),
            caller.name(),
            action,
            type.wireName(),
            name,
            Map.of("operation", what),
            AuditEvent.Outcome.DONE,
            "",
            caller.requestId(),
            caller.sourceAddress()));
  }

  private void refused(
      Caller caller, Action action, SecurableType type, String name, String reason) {
    log.add(
        event(caller, action, type, SecurableName.shown(name), AuditEvent.Outcome.DENIED, reason));
  }

  private AuditEvent event(
      Caller caller,
      Action action,
      SecurableType type,
      String name,
      AuditEvent.Outcome outcome,
      String reason) {
    return new AuditEvent(
        clock.instant(),
        Optional.of(caller.principal()),
        caller.name(),
        "decide"
            + action.name().charAt(0)
            + action.name().substring(1).toLowerCase(java.util.Locale.ROOT),
        type.wireName(),
        name,
        Map.of("action", action.name()),
        outcome,
        reason,
        caller.requestId(),
        caller.sourceAddress());
  }
}
