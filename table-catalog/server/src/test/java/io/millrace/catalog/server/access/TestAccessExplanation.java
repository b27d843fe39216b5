package io.millrace.catalog.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.Change;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TestAccessExplanation {
  private final ExampleAccess example = new ExampleAccess();

  /** Each requirement, and after an arrow by what it is met. */
  private List<String> explain(Action action, String securable) {
    return AccessExplanation.of(example.state(), example.user(), action, example.id(securable))
        .requirements()
        .stream()
        .map(
            requirement ->
                requirement.needed()
                    + " <- "
                    + String.join(
                        " | ",
                        requirement.grounds().stream()
                            .map(AccessExplanation.Ground::words)
                            .toList()))
        .toList();
  }

  private void grant(UUID principal, String securable, Privilege... privileges) {
    example.example().grant(example.id(securable), principal, privileges);
  }

  @Test
  void everythingThatIsNeededIsListedWithWhatIsThere() {
    grant(example.outer(), "catalog", Privilege.USE_CATALOG);
    grant(example.group(), "table", Privilege.SELECT, Privilege.MODIFY);
    grant(example.user(), "schema", Privilege.SELECT);
    assertThat(explain(Action.SELECT, "table"))
        .containsExactly(
            "USE CATALOG on catalog main"
                + " <- USE CATALOG on catalog main, through analysts, everyone",
            "USE SCHEMA on schema main.sales <- ",
            "SELECT on table main.sales.orders, or ownership of it"
                + " <- SELECT on schema main.sales"
                + " | SELECT on table main.sales.orders, through analysts");
  }

  @Test
  void ownershipIsAGroundToUseContainersAndToManage() {
    Securable catalog = example.state().find(example.id("catalog")).orElseThrow();
    example.apply(new Change.PutSecurable(catalog.withOwner(example.group(), catalog.created())));
    grant(example.user(), "table", Privilege.MANAGE);
    assertThat(explain(Action.DROP, "table"))
        .containsExactly(
            "USE CATALOG on catalog main <- owner of catalog main, through analysts",
            "USE SCHEMA on schema main.sales <- owner of catalog main, through analysts",
            "MANAGE on table main.sales.orders, or ownership of it or of what it is in"
                + " <- MANAGE on table main.sales.orders | owner of catalog main, through analysts");
    assertThat(explain(Action.SELECT, "table").get(2))
        .isEqualTo("SELECT on table main.sales.orders, or ownership of it <- ");
  }

  @Test
  void seeingTakesContainersOnlyWhereAPrivilegeIsAllThereIs() {
    grant(example.user(), "table", Privilege.SELECT);
    assertThat(explain(Action.DESCRIBE, "table"))
        .containsExactly(
            "USE CATALOG on catalog main <- ",
            "USE SCHEMA on schema main.sales <- ",
            "any privilege on table main.sales.orders, BROWSE, or ownership of it or of what it is"
                + " in <- SELECT on table main.sales.orders");
    grant(example.user(), "catalog", Privilege.BROWSE);
    assertThat(explain(Action.DESCRIBE, "table"))
        .containsExactly(
            "any privilege on table main.sales.orders, BROWSE, or ownership of it or of what it is"
                + " in <- SELECT on table main.sales.orders | BROWSE on catalog main");
  }

  @Test
  void adminsNeedNoContainersToGrant() {
    example.example().member(example.admins(), example.outer());
    assertThat(explain(Action.GRANT, "table"))
        .containsExactly(
            "MANAGE on table main.sales.orders, or ownership of it or of what it is in"
                + " <- metastore admin, through analysts, everyone, admins");
    assertThat(explain(Action.READ_AUDIT, "metastore"))
        .containsExactly(
            "membership in the group of metastore admins"
                + " <- metastore admin, through analysts, everyone, admins");
  }

  @Test
  void makingSomethingTakesTheContainerItself() {
    grant(example.user(), "catalog", Privilege.USE_CATALOG, Privilege.CREATE_TABLE);
    assertThat(explain(Action.CREATE_TABLE, "schema"))
        .containsExactly(
            "USE CATALOG on catalog main <- USE CATALOG on catalog main",
            "USE SCHEMA on schema main.sales <- ",
            "CREATE TABLE on schema main.sales, or ownership of it or of what it is in"
                + " <- CREATE TABLE on catalog main");
  }

  @Test
  void whoDoesNotActIsToldSoFirst() {
    grant(example.user(), "catalog", Privilege.ALL_PRIVILEGES);
    Principal ann = example.state().principal(example.user()).orElseThrow();
    example.apply(new Change.PutPrincipal(ExampleAccess.inactive(ann)));
    assertThat(explain(Action.SELECT, "table").get(0))
        .isEqualTo("an active user or service principal who asks <- ");
  }

  @Test
  void whatIsNotThereCannotBeExplained() {
    UUID nothing = new UUID(0, 0);
    assertThatThrownBy(
            () -> AccessExplanation.of(example.state(), example.user(), Action.SELECT, nothing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no securable 00000000-0000-0000-0000-000000000000");
  }

  private static List<String> words(List<EffectivePermission> permissions) {
    return permissions.stream()
        .map(
            permission ->
                "%s: %s %s %s %s"
                    .formatted(
                        permission.granteeName(),
                        permission.privilege().wireName(),
                        permission.inherited() ? "from" : "on",
                        permission.fromType().words(),
                        permission.fromName()))
        .toList();
  }

  @Test
  void effectivePermissionsSayToWhomAndFromWhere() {
    UUID bob = example.example().user("bob@example.com");
    grant(example.user(), "table", Privilege.SELECT, Privilege.MODIFY);
    grant(example.outer(), "schema", Privilege.SELECT, Privilege.CREATE_TABLE);
    grant(example.outer(), "catalog", Privilege.SELECT, Privilege.USE_CATALOG, Privilege.BROWSE);
    grant(bob, "catalog", Privilege.ALL_PRIVILEGES);
    grant(bob, "metastore", Privilege.CREATE_CATALOG);
    assertThat(words(EffectivePermission.on(example.state(), example.id("table"))))
        .containsExactly(
            "ann@example.com: SELECT on table main.sales.orders",
            "ann@example.com: MODIFY on table main.sales.orders",
            "bob@example.com: ALL PRIVILEGES from catalog main",
            "everyone: USE CATALOG from catalog main",
            "everyone: SELECT from schema main.sales",
            "everyone: SELECT from catalog main",
            "everyone: BROWSE from catalog main");
    assertThat(words(EffectivePermission.of(example.state(), example.user(), example.id("table"))))
        .containsExactly(
            "ann@example.com: SELECT on table main.sales.orders",
            "ann@example.com: MODIFY on table main.sales.orders",
            "everyone: USE CATALOG from catalog main",
            "everyone: SELECT from schema main.sales",
            "everyone: SELECT from catalog main",
            "everyone: BROWSE from catalog main");
    assertThat(words(EffectivePermission.of(example.state(), bob, example.id("metastore"))))
        .containsExactly("bob@example.com: CREATE CATALOG on metastore ");
    assertThat(words(EffectivePermission.of(example.state(), bob, example.id("location"))))
        .isEmpty();
  }
}
