package io.millrace.catalog.server.access;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.state.CatalogState;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Why somebody can or cannot do something: all that it takes, and by what each of that is there.
 * Tells of securables and groups that the asker may not see; whoever shows it decides to whom.
 *
 * @param requirements all of which have to be met; in the order in which they are granted, from the
 *     outermost container to the securable
 */
public record AccessExplanation(
    UUID principal,
    Action action,
    UUID securable,
    AccessDecision decision,
    List<Requirement> requirements) {
  public AccessExplanation {
    requireNonNull(principal, "principal is null");
    requireNonNull(action, "action is null");
    requireNonNull(securable, "securable is null");
    requireNonNull(decision, "decision is null");
    requirements = List.copyOf(requirements);
  }

  /**
   * One thing that it takes.
   *
   * @param needed such as {@code USE CATALOG on catalog main}
   * @param grounds by what it is met, each of which is enough; the nearest first; none if it is not
   */
  public record Requirement(String needed, List<Ground> grounds) {
    public Requirement {
      requireNonNull(needed, "needed is null");
      grounds = List.copyOf(grounds);
    }

    public boolean isMet() {
      return !grounds.isEmpty();
    }
  }

  /** What something is allowed by. */
  public enum GroundKind {
    GRANT,
    OWNERSHIP,
    ADMIN
  }

  /**
   * One grant, ownership or membership.
   *
   * @param privilege that was granted; empty if it is not a grant
   * @param onType and on: of the securable that was granted on or is owned; empty name for the
   *     metastore
   * @param path names, from the principal to the one that has it: itself, a group of it, a group of
   *     that …
   */
  public record Ground(
      GroundKind kind,
      Optional<Privilege> privilege,
      SecurableType onType,
      String on,
      List<String> path) {
    public Ground {
      requireNonNull(kind, "kind is null");
      requireNonNull(privilege, "privilege is null");
      requireNonNull(onType, "onType is null");
      requireNonNull(on, "on is null");
      path = List.copyOf(path);
    }

    /** As people read it: {@code SELECT on schema main.sales, through analysts, everyone}. */
    public String words() {
      String where = on.isEmpty() ? "the metastore" : onType.words() + " " + on;
      String what =
          switch (kind) {
            case GRANT -> privilege.orElseThrow().wireName() + " on " + where;
            case OWNERSHIP -> "owner of " + where;
            case ADMIN -> "metastore admin";
          };
      return path.size() < 2
          ? what
          : what + ", through " + String.join(", ", path.subList(1, path.size()));
    }
  }

  public boolean isAllowed() {
    return decision.isAllowed();
  }

  /**
   * Explains.
   *
   * @param securable that is there
   * @throws IllegalArgumentException if it is not, or the action does not apply to it
   */
  public static AccessExplanation of(
      CatalogState state, UUID principal, Action action, UUID securable) {
    return new AccessExplanation(
        principal,
        action,
        securable,
        AccessRules.decide(state, principal, action, securable),
        new Requirements(state, principal, securable).of(action));
  }
}
