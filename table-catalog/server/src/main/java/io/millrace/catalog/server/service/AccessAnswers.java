package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.AccessExplanation;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Optional;

/** Answers why somebody can or cannot do something. Thread-safe. */
public final class AccessAnswers {
  private final Work work;

  public AccessAnswers(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /** An answer, with the names of what it is about. */
  public record Answer(
      String principal, SecurableType type, String fullName, AccessExplanation explanation) {}

  /**
   * Why a principal can or cannot do something: for itself, or for whoever may grant on it.
   *
   * @param principal whom it is about; empty for the caller
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, PRINCIPAL_NOT_FOUND,
   *     ARGUMENT_INVALID if the action is not done with such a securable
   */
  public Answer why(
      Caller caller,
      Optional<String> principal,
      Action action,
      SecurableType type,
      String fullName) {
    if (!action.appliesTo(type)) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "%s is not done with a %s".formatted(action, type.words()),
          "ask for an action that is");
    }
    CatalogState state = work.state();
    Securable on = Permissions.find(work, state, caller, type, fullName);
    boolean own =
        principal.isEmpty()
            || CatalogState.folded(principal.get()).equals(CatalogState.folded(caller.name()));
    if (!own) {
      work.gate().require(state, caller, Action.GRANT, on);
    }
    Principal about =
        own
            ? state.principal(caller.principal()).orElseThrow()
            : Work.principal(state, principal.get());
    return new Answer(
        about.name(),
        type,
        state.fullName(on),
        AccessExplanation.of(state, about.id(), action, on.id()));
  }
}
