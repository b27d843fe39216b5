package io.millrace.catalog.server.principal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.server.model.Principal;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPrincipalService {
  @TempDir Path directory;

  private FreshCatalog catalog;

  @BeforeEach
  void start() {
    catalog = new FreshCatalog(directory);
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private void drop(Principal principal) {
    catalog.principals.drop(principal.kind(), principal.id(), catalog.admin());
  }

  @Test
  void changesAreInTheAuditLogWithWhoMadeThem() {
    Principal ann = catalog.user("ann@example.com");
    Principal team = catalog.group("team");
    catalog.addMember(team, ann);
    catalog.setActive(ann, false);
    drop(ann);
    assertThat(catalog.audit())
        .containsExactly(
            "createMetastore|operator||DONE|",
            "createUser|admin|ann@example.com|DONE|",
            "createGroup|admin|team|DONE|",
            "addPrincipalToGroup|admin|team|DONE|",
            "deactivateUser|admin|ann@example.com|DONE|",
            "deleteUser|admin|ann@example.com|DONE|");
    assertThat(catalog.store.state().members(team.id())).isEmpty();
  }

  @Test
  void nobodyButAnAdminChangesPrincipalsAndTheDenialIsAudited() {
    catalog.user("eve@example.com");
    assertThatThrownBy(
            () ->
                catalog.principals.create(
                    Principal.Kind.USER,
                    PrincipalDraft.named("mallory@example.com"),
                    catalog.as("eve@example.com")))
        .hasMessage(
            "PERMISSION_DENIED: MANAGE_PRINCIPALS needs membership in the group of metastore"
                + " admins\n  Remedy: ask for membership in the group of metastore admins, or for"
                + " somebody who has it to do this");
    assertThat(catalog.denials())
        .containsExactly(
            "eve@example.com|MANAGE_PRINCIPALS needs membership in the group of metastore admins");
    assertThat(catalog.store.state().principal("mallory@example.com")).isEmpty();
  }

  @Test
  void aMemberOfAGroupOfAdminsIsAnAdmin() {
    Principal ann = catalog.user("ann@example.com");
    Principal platform = catalog.group("platform");
    catalog.addMember(platform, ann);
    catalog.addMember(catalog.principal("metastore_admins"), platform);
    assertThat(
            catalog
                .principals
                .create(
                    Principal.Kind.USER,
                    PrincipalDraft.named("bob@example.com"),
                    catalog.as("ann@example.com"))
                .principal()
                .name())
        .isEqualTo("bob@example.com");
  }

  @Test
  void oneNameIsOnePrincipalWhateverItsCaseAndKind() {
    catalog.user("ann@example.com");
    assertThatThrownBy(() -> catalog.group("ANN@example.com"))
        .hasMessage(
            "PRINCIPAL_EXISTS: there is a user called ann@example.com already\n"
                + "  Remedy: take another name; users, groups and service principals share theirs");
  }

  @Test
  void namesThatNobodySeesAreRefused() {
    for (String name :
        new String[] {"", " ann", "ann\u0000", "an\u200bn", "\u202enna", "x".repeat(256)}) {
      assertThatThrownBy(() -> catalog.user(name))
          .as("name of %d characters", name.length())
          .hasMessageStartingWith("ARGUMENT_INVALID: the name has ");
    }
  }

  @Test
  void aPrincipalThatOwnsSomethingStays() {
    Principal ann = catalog.user("ann@example.com");
    catalog.catalogOwnedBy("main", ann.id());
    assertThatThrownBy(() -> drop(ann))
        .hasMessage(
            "PRINCIPAL_IN_USE: user ann@example.com owns catalog main\n"
                + "  Remedy: give it another owner first");
    assertThatThrownBy(() -> drop(catalog.principal("metastore_admins")))
        .hasMessage(
            "PRINCIPAL_IN_USE: group metastore_admins owns the metastore\n"
                + "  Remedy: give it another owner first");
  }

  @Test
  void theLastActiveAdminCannotBeDeletedDisabledOrTakenOut() {
    Principal admin = catalog.principal("admin");
    Principal admins = catalog.principal("metastore_admins");
    String refusal =
        "PRINCIPAL_IN_USE: no metastore admin would be left that is active\n"
            + "  Remedy: make somebody else a member of metastore_admins first";
    assertThatThrownBy(() -> drop(admin)).hasMessage(refusal);
    assertThatThrownBy(() -> catalog.setActive(admin, false)).hasMessage(refusal);
    assertThatThrownBy(
            () ->
                catalog.principals.change(
                    Principal.Kind.GROUP,
                    admins.id(),
                    (state, draft) -> draft.withMembers(Set.of()),
                    catalog.admin()))
        .hasMessage(refusal);
    assertThat(catalog.store.state().isAdmin(admin.id())).isTrue();
    assertThat(catalog.principal("admin").active()).isTrue();
  }

  @Test
  void aDisabledAdminDoesNotCountAndAnotherOneDoesEvenThroughAGroup() {
    Principal ann = catalog.user("ann@example.com");
    Principal platform = catalog.group("platform");
    catalog.addMember(platform, ann);
    catalog.addMember(catalog.principal("metastore_admins"), platform);
    catalog.setActive(ann, false);
    Principal admin = catalog.principal("admin");
    assertThatThrownBy(() -> catalog.setActive(admin, false))
        .hasMessageStartingWith("PRINCIPAL_IN_USE: no metastore admin would be left");
    catalog.setActive(ann, true);
    catalog.setActive(admin, false);
    assertThat(catalog.principal("admin").active()).isFalse();
    assertThatThrownBy(
            () ->
                catalog.principals.drop(
                    Principal.Kind.GROUP, platform.id(), catalog.as("ann@example.com")))
        .hasMessageStartingWith("PRINCIPAL_IN_USE: no metastore admin would be left");
  }

  @Test
  void noGroupIsInItself() {
    Principal a = catalog.group("a");
    Principal b = catalog.group("b");
    Principal c = catalog.group("c");
    catalog.addMember(a, b);
    catalog.addMember(b, c);
    assertThatThrownBy(() -> catalog.addMember(c, a))
        .hasMessage(
            "ARGUMENT_INVALID: group a would be in itself\n"
                + "  Remedy: take it out of the group on the way first");
    assertThatThrownBy(() -> catalog.addMember(a, a))
        .hasMessageStartingWith("ARGUMENT_INVALID: group a would be in itself");
  }

  @Test
  void aRefusedChangeLeavesNothingBehind() {
    Principal team = catalog.group("team");
    Principal ann = catalog.user("ann@example.com");
    java.util.UUID nobody = new java.util.UUID(0, 1);
    long version = catalog.store.state().version();
    assertThatThrownBy(
            () ->
                catalog.principals.change(
                    Principal.Kind.GROUP,
                    team.id(),
                    (state, draft) -> draft.withName("crew").withMembers(Set.of(ann.id(), nobody)),
                    catalog.admin()))
        .hasMessage(
            "ARGUMENT_INVALID: there is no principal "
                + nobody
                + " to be a member of crew\n"
                + "  Remedy: give ids of users, groups or service principals");
    assertThat(catalog.store.state().version()).isEqualTo(version);
    assertThat(catalog.store.state().principal("crew")).isEmpty();
    assertThat(catalog.store.state().members(team.id())).isEmpty();
  }
}
