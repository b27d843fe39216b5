package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.AccessExplanation;
import io.millrace.catalog.server.access.EffectivePermission;
import io.millrace.catalog.server.service.AccessAnswers;
import io.millrace.catalog.server.service.Permissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /permissions} of Unity Catalog's REST API, {@code /effective-permissions} as Databricks
 * has them, and why somebody may do something.
 */
public final class PermissionResource {
  private final Permissions permissions;
  private final AccessAnswers answers;

  public PermissionResource(Permissions permissions, AccessAnswers answers) {
    this.permissions = requireNonNull(permissions, "permissions is null");
    this.answers = requireNonNull(answers, "answers is null");
  }

  record Change(String principal, Optional<List<String>> add, Optional<List<String>> remove) {
    Change {
      requireNonNull(principal, "principal");
    }
  }

  record Update(List<Change> changes) {
    Update {
      requireNonNull(changes, "changes");
    }
  }

  record Assignment(String principal, List<String> privileges) {}

  record Inherited(
      String privilege, Optional<String> inheritedFromType, Optional<String> inheritedFromName) {}

  record EffectiveAssignment(String principal, List<Inherited> privileges) {}

  record StillHeld(
      String principal,
      String privilege,
      String grantedTo,
      String granted,
      String onType,
      String onName) {}

  /**
   * @param stillHeld left out where there is nothing to say
   */
  record PermissionsList(
      List<Assignment> privilegeAssignments, Optional<List<StillHeld>> stillHeld) {}

  record EffectivePermissionsList(List<EffectiveAssignment> privilegeAssignments) {}

  record Why(
      String principal,
      String action,
      String securableType,
      String fullName,
      boolean allowed,
      String reason,
      Optional<String> missing,
      List<Needed> requirements) {}

  record Needed(String needed, boolean met, List<String> grounds) {}

  /** All routes. */
  public List<Route> routes() {
    String one = "/{securable_type}/{full_name}";
    Rule sees =
        new Rule.Decided(
            "to see it; whoever may grant on it sees all grants, others those to themselves and"
                + " their groups");
    return List.of(
        Unity.route(
            "GET",
            "/permissions" + one,
            sees,
            request ->
                Reply.of(
                    new PermissionsList(
                        permissions
                            .list(
                                request.caller(),
                                type(request),
                                request.path("full_name"),
                                request.query("principal"))
                            .stream()
                            .map(PermissionResource::assignment)
                            .toList(),
                        Optional.empty()))),
        Unity.route(
            "PATCH",
            "/permissions" + one,
            new Rule.Decided("MANAGE on it, ownership of it or of what it is in, metastore admins"),
            this::update),
        Unity.route("GET", "/effective-permissions" + one, sees, this::effective),
        Millrace.route(
            "GET",
            "/access/why",
            new Rule.Decided("to see it; to grant on it where another principal is asked about"),
            this::why));
  }

  private static Assignment assignment(Permissions.Assignment it) {
    return new Assignment(
        it.principal(), it.privileges().stream().map(Privilege::wireName).toList());
  }

  private Reply update(Request request) {
    Update body = request.body(Update.class);
    Permissions.Outcome outcome =
        permissions.change(
            request.caller(),
            type(request),
            request.path("full_name"),
            body.changes().stream()
                .map(
                    change ->
                        new Permissions.Revision(
                            change.principal(),
                            privileges(change.add()),
                            privileges(change.remove())))
                .toList());
    List<StillHeld> stillHeld =
        outcome.stillHeld().stream()
            .map(
                held ->
                    new StillHeld(
                        held.principal(),
                        held.privilege().wireName(),
                        held.by().granteeName(),
                        held.by().privilege().wireName(),
                        held.by().fromType().wireName(),
                        held.by().fromName()))
            .toList();
    return Reply.of(
        new PermissionsList(
            outcome.assignments().stream().map(PermissionResource::assignment).toList(),
            stillHeld.isEmpty() ? Optional.empty() : Optional.of(stillHeld)));
  }

  private Reply effective(Request request) {
    Map<String, List<Inherited>> byPrincipal = new LinkedHashMap<>();
    for (EffectivePermission held :
        permissions.effective(
            request.caller(),
            type(request),
            request.path("full_name"),
            request.query("principal"))) {
      boolean direct = !held.inherited();
      byPrincipal
          .computeIfAbsent(held.granteeName(), name -> new ArrayList<>())
          .add(
              new Inherited(
                  held.privilege().wireName(),
                  direct ? Optional.empty() : Optional.of(held.fromType().name()),
                  direct ? Optional.empty() : Optional.of(held.fromName())));
    }
    return Reply.of(
        new EffectivePermissionsList(
            byPrincipal.entrySet().stream()
                .map(each -> new EffectiveAssignment(each.getKey(), each.getValue()))
                .toList()));
  }

  private Reply why(Request request) {
    AccessAnswers.Answer answer =
        answers.why(
            request.caller(),
            request.query("principal"),
            action(request.required("action")),
            type(request.required("securable_type")),
            request.required("full_name"));
    AccessExplanation explanation = answer.explanation();
    return Reply.of(
        new Why(
            answer.principal(),
            explanation.action().name(),
            answer.type().wireName(),
            answer.fullName(),
            explanation.isAllowed(),
            explanation.decision().reason(),
            explanation.decision() instanceof AccessDecision.Denied denied
                ? Optional.of(denied.missing())
                : Optional.empty(),
            explanation.requirements().stream()
                .map(
                    each ->
                        new Needed(
                            each.needed(),
                            each.isMet(),
                            each.grounds().stream().map(AccessExplanation.Ground::words).toList()))
                .toList()));
  }

  private static Set<Privilege> privileges(Optional<List<String>> names) {
    Set<Privilege> found = EnumSet.noneOf(Privilege.class);
    for (String name : names.orElse(List.of())) {
      found.add(
          Privilege.ofWireName(name)
              .orElseThrow(
                  () ->
                      TableJson.invalid(
                          "%s is no privilege".formatted(name.replaceAll("\\p{Cntrl}", "?")),
                          "use one of "
                              + String.join(
                                  ", ",
                                  Arrays.stream(Privilege.values())
                                      .map(Privilege::wireName)
                                      .toList()))));
    }
    return found;
  }

  private static SecurableType type(Request request) {
    return type(request.path("securable_type"));
  }

  static SecurableType type(String name) {
    return SecurableType.ofWireName(name.toLowerCase(Locale.ROOT))
        .orElseThrow(
            () ->
                TableJson.invalid(
                    "%s is no type of securable".formatted(name.replaceAll("\\p{Cntrl}", "?")),
                    "use one of "
                        + String.join(
                            ", ",
                            Arrays.stream(SecurableType.values())
                                .map(SecurableType::wireName)
                                .toList())));
  }

  private static Action action(String name) {
    String wanted = name.strip().toUpperCase(Locale.ROOT).replace(' ', '_');
    return Arrays.stream(Action.values())
        .filter(action -> action.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                TableJson.invalid(
                    "%s is no action".formatted(name.replaceAll("\\p{Cntrl}", "?")),
                    "use one of "
                        + String.join(
                            ", ", Arrays.stream(Action.values()).map(Action::name).toList())));
  }
}
