package io.millrace.catalog.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.access.AccessDecision;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class TestAccessRules {
  private final ExampleAccess example = new ExampleAccess();

  private void grant(String securable, Privilege... privileges) {
    grantTo(example.user(), securable, privileges);
  }

  private void grantTo(UUID principal, String securable, Privilege... privileges) {
    example.example().grant(example.id(securable), principal, privileges);
  }

  private void own(String securable, UUID owner) {
    Securable owned = example.state().find(example.id(securable)).orElseThrow();
    example.apply(new Change.PutSecurable(owned.withOwner(owner, owned.created())));
  }

  private AccessDecision decide(Action action, String securable) {
    return AccessRules.decide(example.state(), example.user(), action, example.id(securable));
  }

  private String allowed(Action action, String securable) {
    AccessDecision decision = decide(action, securable);
    assertThat(decision).isInstanceOf(AccessDecision.Allowed.class);
    return decision.reason();
  }

  private String missing(Action action, String securable) {
    AccessDecision decision = decide(action, securable);
    assertThat(decision).isInstanceOf(AccessDecision.Denied.class);
    AccessDecision.Denied denied = (AccessDecision.Denied) decision;
    assertThat(denied.reason()).isEqualTo(action + " needs " + denied.missing());
    return denied.missing();
  }

  @Test
  void whatIsAllowedNamesTheGrantThatAllowsIt() {
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    grant("table", Privilege.SELECT);
    assertThat(allowed(Action.SELECT, "table")).isEqualTo("SELECT on table main.sales.orders");
    assertThat(allowed(Action.DESCRIBE, "table")).isEqualTo("SELECT on table main.sales.orders");

    grantTo(example.outer(), "schema", Privilege.MODIFY);
    assertThat(allowed(Action.MODIFY, "table"))
        .isEqualTo("MODIFY on schema main.sales, through group everyone");

    grantTo(example.group(), "volume", Privilege.ALL_PRIVILEGES);
    assertThat(allowed(Action.READ_VOLUME, "volume"))
        .isEqualTo("ALL PRIVILEGES on volume main.sales.files, through group analysts");
  }

  @Test
  void aGrantToOneselfIsNamedBeforeThoseToGroups() {
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    grantTo(example.outer(), "table", Privilege.SELECT);
    grantTo(example.group(), "table", Privilege.SELECT);
    assertThat(allowed(Action.SELECT, "table"))
        .isEqualTo("SELECT on table main.sales.orders, through group analysts");
    grant("table", Privilege.SELECT);
    assertThat(allowed(Action.SELECT, "table")).isEqualTo("SELECT on table main.sales.orders");
  }

  @Test
  void whatIsAllowedNamesTheOwnership() {
    own("schema", example.group());
    grant("catalog", Privilege.USE_CATALOG);
    assertThat(allowed(Action.ALTER, "table"))
        .isEqualTo("owner of schema main.sales, through group analysts");
    assertThat(allowed(Action.CREATE_TABLE, "schema"))
        .isEqualTo("owner of schema main.sales, through group analysts");
    own("table", example.user());
    assertThat(allowed(Action.SELECT, "table")).isEqualTo("owner of table main.sales.orders");
    own("catalog", example.user());
    assertThat(allowed(Action.DROP, "volume"))
        .isEqualTo("owner of schema main.sales, through group analysts");
    assertThat(allowed(Action.DROP, "elsewhere")).isEqualTo("owner of catalog main");
  }

  @Test
  void adminsAreNamedWhereNothingElseIsEnough() {
    example.example().member(example.admins(), example.user());
    assertThat(allowed(Action.DESCRIBE, "table"))
        .isEqualTo("a metastore admin, through group admins");
    assertThat(allowed(Action.READ_AUDIT, "metastore"))
        .isEqualTo("a metastore admin, through group admins");
    assertThat(allowed(Action.CREATE_CATALOG, "metastore"))
        .isEqualTo("a metastore admin, through group admins");
    // Owns it, but may not use what it is in: that is not why.
    own("table", example.user());
    assertThat(allowed(Action.GRANT, "table")).isEqualTo("a metastore admin, through group admins");
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    assertThat(allowed(Action.GRANT, "table")).isEqualTo("owner of table main.sales.orders");
  }

  @Test
  void manageIsNotTakenForPartOfAllPrivileges() {
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA, Privilege.MANAGE);
    grant("table", Privilege.ALL_PRIVILEGES);
    assertThat(allowed(Action.DROP, "table")).isEqualTo("MANAGE on catalog main");
  }

  @Test
  void browseIsNamedWhereAPrivilegeIsOutOfReach() {
    grant("catalog", Privilege.BROWSE);
    grant("table", Privilege.ALL_PRIVILEGES);
    assertThat(allowed(Action.DESCRIBE, "table")).isEqualTo("BROWSE on catalog main");
  }

  @Test
  void whatIsDeniedNamesWhatIsMissingFirst() {
    grant("table", Privilege.SELECT);
    assertThat(missing(Action.SELECT, "table")).isEqualTo("USE CATALOG on catalog main");
    grant("catalog", Privilege.USE_CATALOG);
    assertThat(missing(Action.SELECT, "table")).isEqualTo("USE SCHEMA on schema main.sales");
    assertThat(missing(Action.DESCRIBE, "table")).isEqualTo("USE SCHEMA on schema main.sales");
    grant("schema", Privilege.USE_SCHEMA);
    assertThat(missing(Action.MODIFY, "table"))
        .isEqualTo("MODIFY on table main.sales.orders, or ownership of it");
    assertThat(missing(Action.DROP, "table"))
        .isEqualTo("MANAGE on table main.sales.orders, or ownership of it");
    assertThat(missing(Action.CREATE_TABLE, "schema"))
        .isEqualTo("CREATE TABLE on schema main.sales, or ownership of it");
    assertThat(missing(Action.CREATE_SCHEMA, "catalog"))
        .isEqualTo("CREATE SCHEMA on catalog main, or ownership of it");
  }

  @Test
  void makingSomethingTakesToUseTheContainerItself() {
    grant("catalog", Privilege.CREATE_SCHEMA);
    assertThat(missing(Action.CREATE_SCHEMA, "catalog")).isEqualTo("USE CATALOG on catalog main");
    grant("catalog", Privilege.USE_CATALOG, Privilege.CREATE_TABLE);
    assertThat(missing(Action.CREATE_TABLE, "schema")).isEqualTo("USE SCHEMA on schema main.sales");
  }

  @Test
  void theMetastoreIsNobodysToOwnOrManage() {
    assertThat(missing(Action.GRANT, "metastore"))
        .isEqualTo("membership in the group of metastore admins");
    assertThat(missing(Action.MANAGE_PRINCIPALS, "metastore"))
        .isEqualTo("membership in the group of metastore admins");
    assertThat(missing(Action.CREATE_CATALOG, "metastore"))
        .isEqualTo(
            "CREATE CATALOG on the metastore, or membership in the group of metastore admins");
  }

  @Test
  void whatIsHiddenIsHiddenAsIfItWereNotThere() {
    assertThat(decide(Action.SELECT, "table"))
        .isEqualTo(
            new AccessDecision.Hidden(
                "no privilege on table main.sales.orders, and none of what it is in gives one"));
    assertThat(
            AccessRules.decide(example.state(), example.user(), Action.SELECT, UUID.randomUUID()))
        .isEqualTo(new AccessDecision.Hidden("there is no such securable"));
    assertThat(
            AccessRules.decide(
                example.state(), UUID.randomUUID(), Action.SELECT, example.id("table")))
        .isEqualTo(
            new AccessDecision.Hidden("the principal is not there, is a group, or is not active"));
  }

  @Test
  void anActionThatDoesNotApplyIsAMistakeOfTheCaller() {
    assertThatThrownBy(() -> decide(Action.SELECT, "schema"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("SELECT is not done with a schema");
    assertThatThrownBy(() -> decide(Action.DESCRIBE, "metastore"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("DESCRIBE is not done with a metastore");
  }

  // ---- over time -------------------------------------------------------------------------------

  @Test
  void aNewNameKeepsTheGrants() {
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    grant("table", Privilege.SELECT);
    Securable table = example.state().find(example.id("table")).orElseThrow();
    example.apply(new Change.PutSecurable(table.withName("sold", table.created())));
    assertThat(allowed(Action.SELECT, "table")).isEqualTo("SELECT on table main.sales.sold");
    Securable schema = example.state().find(example.id("schema")).orElseThrow();
    example.apply(new Change.PutSecurable(schema.withName("shop", schema.created())));
    assertThat(allowed(Action.SELECT, "table")).isEqualTo("SELECT on table main.shop.sold");
  }

  @Test
  void aNameThatIsUsedAgainHasNoGrants() {
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    grant("table", Privilege.SELECT, Privilege.MANAGE);
    UUID before = example.id("table");
    example.apply(new Change.DropSecurable(before));
    UUID again = example.example().table(example.id("schema"), "orders", "file:///data/orders");
    CatalogState state = example.state();
    assertThat(AccessRules.decide(state, example.user(), Action.SELECT, again))
        .isInstanceOf(AccessDecision.Hidden.class);
    assertThat(AccessRules.decide(state, example.user(), Action.SELECT, before))
        .isEqualTo(new AccessDecision.Hidden("there is no such securable"));
    assertThat(state.find(SecurableType.TABLE, List.of("main", "sales", "orders")))
        .hasValueSatisfying(found -> assertThat(found.id()).isEqualTo(again));
  }

  @Test
  void aNameThatIsTakenOverHasTheGrantsOfWhoHasItNow() {
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    grant("table", Privilege.SELECT);
    Securable orders = example.state().find(example.id("table")).orElseThrow();
    Securable returns = example.state().find(example.id("sibling")).orElseThrow();
    example.apply(new Change.PutSecurable(orders.withName("old", orders.created())));
    example.apply(new Change.PutSecurable(returns.withName("orders", returns.created())));
    assertThat(decide(Action.SELECT, "table").isAllowed()).isTrue();
    assertThat(decide(Action.SELECT, "sibling")).isInstanceOf(AccessDecision.Hidden.class);
  }

  @Test
  void aPrincipalThatIsMadeAgainHasNoGrants() {
    grant("catalog", Privilege.ALL_PRIVILEGES);
    example.apply(new Change.DropPrincipal(example.user()));
    assertThat(decide(Action.SELECT, "table")).isInstanceOf(AccessDecision.Hidden.class);
    UUID again = example.example().user("ann@example.com");
    assertThat(AccessRules.decide(example.state(), again, Action.SELECT, example.id("table")))
        .isInstanceOf(AccessDecision.Hidden.class);
    assertThat(example.state().groups(again)).isEmpty();
  }

  @Test
  void whoLeavesAGroupLosesWhatItHas() {
    grantTo(example.outer(), "catalog", Privilege.ALL_PRIVILEGES);
    CatalogState before = example.state();
    assertThat(decide(Action.SELECT, "table").isAllowed()).isTrue();
    example.apply(new Change.DropMember(example.group(), example.user()));
    assertThat(decide(Action.SELECT, "table")).isInstanceOf(AccessDecision.Hidden.class);
    example.apply(new Change.PutMember(example.group(), example.user()));
    assertThat(decide(Action.SELECT, "table").isAllowed()).isTrue();
    // A group further out leaves.
    example.apply(new Change.DropMember(example.outer(), example.group()));
    assertThat(decide(Action.SELECT, "table")).isInstanceOf(AccessDecision.Hidden.class);
    // An older state keeps its own answers.
    assertThat(
            AccessRules.decide(before, example.user(), Action.SELECT, example.id("table"))
                .isAllowed())
        .isTrue();
  }

  @Test
  void groupsThatAreInEachOtherEnd() {
    grantTo(example.outer(), "catalog", Privilege.ALL_PRIVILEGES);
    example.example().member(example.group(), example.outer());
    example.example().member(example.group(), example.group());
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          assertThat(decide(Action.SELECT, "table").isAllowed()).isTrue();
          AccessExplanation explained =
              AccessExplanation.of(
                  example.state(), example.user(), Action.SELECT, example.id("table"));
          assertThat(explained.isAllowed()).isTrue();
        });
  }

  @Test
  void aRevokedPrivilegeIsGoneForTheNextQuestion() {
    StateAccessDecider decider = new StateAccessDecider(example::state);
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA, Privilege.SELECT);
    assertThat(decider.isAllowed(example.user(), Action.SELECT, example.id("table"))).isTrue();
    grant("catalog", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    assertThat(decider.isAllowed(example.user(), Action.SELECT, example.id("table"))).isFalse();
  }
}
