package io.millrace.catalog.server.principal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.FreshCatalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTokenService {
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

  @Test
  void onlyTheHashOfATokenIsKept() {
    IssuedToken issued = catalog.personalToken("admin");
    assertThat(issued.secret().text()).matches("mrt_[A-Za-z0-9_-]{43}");
    assertThat(issued.token().hash()).matches("[0-9a-f]{64}");
    String everything =
        catalog
            .store
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle.createQuery("SELECT body || hash FROM token").mapTo(String.class).list()
                        + handle
                            .createQuery("SELECT changes FROM catalog_change")
                            .mapTo(String.class)
                            .list()
                            .toString());
    assertThat(everything + catalog.auditText())
        .contains(issued.token().hash())
        .doesNotContain(issued.secret().text().substring(4));
    assertThat(issued.toString()).doesNotContain(issued.secret().text());
  }

  @Test
  void twoTokensAreNeverTheSame() {
    assertThat(catalog.personalToken("admin").secret().text())
        .isNotEqualTo(catalog.personalToken("admin").secret().text());
  }

  @Test
  void aTokenLivesFor90DaysUnlessToldOtherwise() {
    catalog.user("ann@example.com");
    Token usual = catalog.personalToken("ann@example.com").token();
    assertThat(usual.expires()).contains(usual.created().plus(Duration.ofDays(90)));
    Token shorter =
        catalog
            .tokens
            .create(
                TokenRequest.personal("ann@example.com", "").lasting(Duration.ofHours(1)),
                catalog.as("ann@example.com"))
            .token();
    assertThat(shorter.expires()).contains(shorter.created().plus(Duration.ofHours(1)));
  }

  @Test
  void lifetimesOutOfRangeAreRefused() {
    for (Duration lifetime : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(731))) {
      assertThatThrownBy(
              () ->
                  catalog.tokens.create(
                      TokenRequest.personal("admin", "").lasting(lifetime), catalog.admin()))
          .hasMessage(
              "ARGUMENT_INVALID: a token cannot live for "
                  + lifetime
                  + "\n  Remedy: ask for a second at least, and 730 days at most");
    }
  }

  @Test
  void somebodyElsesTokensAreForAdmins() {
    catalog.user("ann@example.com");
    catalog.user("eve@example.com");
    Token anns = catalog.personalToken("ann@example.com").token();
    assertThatThrownBy(
            () ->
                catalog.tokens.create(
                    TokenRequest.personal("ann@example.com", ""), catalog.as("eve@example.com")))
        .hasMessage(
            "PERMISSION_DENIED: MANAGE_PRINCIPALS needs membership in the group of metastore"
                + " admins\n  Remedy: ask for membership in the group of metastore admins, or for"
                + " somebody who has it to do this");
    assertThatThrownBy(
            () ->
                catalog.tokens.listOf(
                    "ann@example.com", Token.Kind.PERSONAL, catalog.as("eve@example.com")))
        .hasMessageStartingWith("PERMISSION_DENIED: ");
    assertThatThrownBy(() -> catalog.tokens.listAll(catalog.as("eve@example.com")))
        .hasMessageStartingWith("PERMISSION_DENIED: ");
    assertThatThrownBy(
            () -> catalog.tokens.revoke(anns.id(), token -> true, catalog.as("eve@example.com")))
        .hasMessage(
            "TOKEN_NOT_FOUND: there is no token "
                + anns.id()
                + "\n  Remedy: look at the list of tokens");
    assertThat(catalog.audit()).contains("revokeDbToken|eve@example.com||FAILED|TOKEN_NOT_FOUND");
    assertThat(catalog.denials())
        .hasSize(3)
        .containsOnly(
            "eve@example.com|MANAGE_PRINCIPALS needs membership in the group of metastore admins");
    catalog.tokens.revoke(anns.id(), token -> true, catalog.admin());
    assertThat(catalog.tokens.listOf("ann@example.com", Token.Kind.PERSONAL, catalog.admin()))
        .isEmpty();
  }

  @Test
  void whoMayNotIsNotToldWhoExists() {
    catalog.user("eve@example.com");
    catalog.user("ann@example.com");
    String ofSomebody =
        refusal(() -> catalog.tokens.create(TokenRequest.personal("ann@example.com", ""), eve()));
    String ofNobody =
        refusal(() -> catalog.tokens.create(TokenRequest.personal("nobody", ""), eve()));
    assertThat(ofSomebody).isEqualTo(ofNobody);
  }

  private io.millrace.catalog.server.service.Caller eve() {
    return catalog.as("eve@example.com");
  }

  private static String refusal(Runnable call) {
    try {
      call.run();
      throw new AssertionError("nothing was refused");
    } catch (io.millrace.catalog.MillraceException e) {
      return e.getMessage();
    }
  }

  @Test
  void listsHaveTheNewestFirstAndNothingThatHasExpired() {
    catalog.user("ann@example.com");
    Token first =
        catalog
            .tokens
            .create(
                TokenRequest.personal("ann@example.com", "a").lasting(Duration.ofMinutes(10)),
                catalog.as("ann@example.com"))
            .token();
    catalog.clock.advance(Duration.ofMinutes(1));
    Token second = catalog.personalToken("ann@example.com").token();
    assertThat(catalog.tokens.list(Token.Kind.PERSONAL, catalog.as("ann@example.com")))
        .containsExactly(second, first);
    catalog.clock.advance(Duration.ofMinutes(9));
    assertThat(catalog.tokens.list(Token.Kind.PERSONAL, catalog.as("ann@example.com")))
        .containsExactly(second);
  }

  @Test
  void clientSecretsAreForServicePrincipalsAndAtMostFive() {
    catalog.user("ann@example.com");
    catalog.servicePrincipal("loader");
    assertThatThrownBy(() -> catalog.clientSecret("ann@example.com"))
        .hasMessage(
            "ARGUMENT_INVALID: ann@example.com is a user, and client secrets are for service"
                + " principals\n  Remedy: make a personal token, or a service principal");
    for (int i = 0; i < 5; i++) {
      assertThat(catalog.clientSecret("loader").secret().text()).startsWith("mrs_");
    }
    assertThatThrownBy(() -> catalog.clientSecret("loader"))
        .hasMessage(
            "LIMIT_EXCEEDED: loader has 5 tokens of this kind already\n"
                + "  Remedy: revoke those that are not used any more");
    catalog.clock.advance(Duration.ofDays(91));
    assertThat(catalog.clientSecret("loader").secret().text()).startsWith("mrs_");
  }

  @Test
  void nobodyMakesATokenForAGroupOrForSomebodyDisabled() {
    catalog.group("team");
    Principal ann = catalog.user("ann@example.com");
    assertThatThrownBy(() -> catalog.personalToken("team"))
        .hasMessageStartingWith("PRINCIPAL_NOT_FOUND: there is no user or service principal team");
    catalog.setActive(ann, false);
    assertThatThrownBy(() -> catalog.personalToken("ann@example.com"))
        .hasMessageStartingWith("ARGUMENT_INVALID: ann@example.com is not active");
  }

  @Test
  void aServicePrincipalRevokesNoSecretOfItsOwn() {
    catalog.servicePrincipal("loader");
    Token secret = catalog.clientSecret("loader").token();
    assertThatThrownBy(
            () -> catalog.tokens.revoke(secret.id(), token -> true, catalog.as("loader")))
        .hasMessageStartingWith("TOKEN_NOT_FOUND: ");
    assertThatThrownBy(
            () ->
                catalog.tokens.create(
                    new TokenRequest("loader", Token.Kind.CLIENT_SECRET, Optional.empty(), ""),
                    catalog.as("loader")))
        .hasMessageStartingWith("PERMISSION_DENIED: ");
  }

  @Test
  void whatIsNotThereCannotBeRevoked() {
    UUID nothing = new UUID(0, 1);
    assertThatThrownBy(() -> catalog.tokens.revoke(nothing, token -> true, catalog.admin()))
        .hasMessageStartingWith("TOKEN_NOT_FOUND: there is no token " + nothing);
  }
}
