package io.millrace.catalog.server.principal;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What must be true of principals, whoever changes them. */
final class PrincipalRules {
  private static final int NAME_CHARACTERS_MAX = 255;

  private PrincipalRules() {}

  static void checkNames(PrincipalDraft draft) {
    checkName("name", draft.name());
    checkName("display name", draft.displayName());
    draft.externalId().ifPresent(id -> checkName("external id", id));
  }

  private static void checkName(String what, String name) {
    if (name.isEmpty() || name.length() > NAME_CHARACTERS_MAX || !name.equals(name.strip())) {
      throw invalid(
          "the %s has %d characters, or blanks around it".formatted(what, name.length()),
          "write 1 to %d characters".formatted(NAME_CHARACTERS_MAX));
    }
    if (name.codePoints().anyMatch(PrincipalRules::isInvisible)) {
      throw invalid(
          "the %s has characters that nobody sees".formatted(what),
          "leave out control and format characters");
    }
  }

  /** Two names that look alike must not be two principals for that reason. */
  private static boolean isInvisible(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.UNASSIGNED;
  }

  static void checkIsFree(CatalogState state, String name, UUID id) {
    Optional<Principal> taken =
        state.principal(name).filter(principal -> !principal.id().equals(id));
    if (taken.isPresent()) {
      throw new MillraceException(
          ErrorCode.PRINCIPAL_EXISTS,
          "there is a %s called %s already"
              .formatted(words(taken.get().kind()), taken.get().name()),
          "take another name; users, groups and service principals share theirs");
    }
  }

  /** A group must not be in itself, through whatever other groups. */
  static void checkMember(CatalogState state, Principal group, UUID member) {
    if (state.principal(member).isEmpty()) {
      throw invalid(
          "there is no principal %s to be a member of %s".formatted(member, group.name()),
          "give ids of users, groups or service principals");
    }
    if (state.reach(group.id()).contains(member)) {
      throw invalid(
          "group %s would be in itself".formatted(state.principal(member).orElseThrow().name()),
          "take it out of the group on the way first");
    }
  }

  static void checkOwnsNothing(CatalogState state, Principal principal) {
    Optional<Securable> owned = state.ownedBy(principal.id());
    if (owned.isPresent()) {
      Securable securable = owned.get();
      throw new MillraceException(
          ErrorCode.PRINCIPAL_IN_USE,
          "%s %s owns %s"
              .formatted(
                  words(principal.kind()),
                  principal.name(),
                  securable.isRoot()
                      ? "the metastore"
                      : securable.type().words() + " " + state.fullName(securable)),
          "give it another owner first");
    }
  }

  /** Somebody must be left who can let others in. */
  static void checkAdminIsLeft(CatalogState state) {
    ArrayDeque<UUID> open = new ArrayDeque<>();
    Set<UUID> seen = new HashSet<>();
    open.add(state.admins());
    while (!open.isEmpty()) {
      for (UUID member : state.members(open.remove())) {
        if (state.principal(member).filter(Principal::acts).isPresent()) {
          return;
        }
        if (seen.add(member)) {
          open.add(member);
        }
      }
    }
    throw new MillraceException(
        ErrorCode.PRINCIPAL_IN_USE,
        "no metastore admin would be left that is active",
        "make somebody else a member of %s first"
            .formatted(state.principal(state.admins()).map(Principal::name).orElse("the admins")));
  }

  static String words(Principal.Kind kind) {
    return switch (kind) {
      case USER -> "user";
      case GROUP -> "group";
      case SERVICE_PRINCIPAL -> "service principal";
    };
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
