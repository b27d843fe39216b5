package io.millrace.catalog.server.principal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.FreshCatalog;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.store.CatalogKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestAuthenticator {
  private static final String REFUSAL =
      "UNAUTHENTICATED: the request has no valid bearer token\n"
          + "  Remedy: send a token that is valid: Authorization: Bearer TOKEN";

  @TempDir Path directory;

  private FreshCatalog catalog;
  private Authenticator authenticator;

  @BeforeEach
  void start() {
    catalog = new FreshCatalog(directory);
    authenticator =
        new Authenticator(
            catalog.store,
            AccessTokens.open(catalog.store, CatalogKey.load(directory), catalog.random));
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private Caller authenticate(String... header) {
    return authenticator.authenticate(
        java.util.Arrays.stream(header).findFirst(), "request-7", "192.0.2.9");
  }

  @Test
  void theAdminsTokenIsTheAdmin() {
    Caller caller = authenticate("Bearer " + catalog.adminToken());
    assertThat(caller.principal()).isEqualTo(catalog.principal("admin").id());
    assertThat(caller.requestId()).isEqualTo("request-7");
    assertThat(caller.sourceAddress()).isEqualTo("192.0.2.9");
    assertThat(authenticate("bearer " + catalog.adminToken()).name()).isEqualTo("admin");
  }

  @Test
  void whateverIsWrongIsToldInOneText() {
    String token = catalog.adminToken();
    String last = token.endsWith("A") ? "B" : "A";
    List<String[]> requests =
        List.of(
            new String[] {},
            new String[] {""},
            new String[] {"Bearer"},
            new String[] {"Bearer "},
            new String[] {token},
            new String[] {"Basic " + token},
            new String[] {"Bearer " + token.substring(0, token.length() - 1)},
            new String[] {"Bearer " + token.substring(0, token.length() - 1) + last},
            new String[] {"Bearer mrt_"},
            new String[] {"Bearer x.y.z"},
            new String[] {"Bearer " + token + " " + token},
            new String[] {"Bearer " + "x".repeat(8192)});
    for (String[] request : requests) {
      assertThatThrownBy(() -> authenticate(request)).hasMessage(REFUSAL);
    }
  }

  @Test
  void aClientSecretIsNoBearerToken() {
    catalog.servicePrincipal("loader");
    String secret = catalog.clientSecret("loader").secret().text();
    assertThatThrownBy(() -> authenticate("Bearer " + secret)).hasMessage(REFUSAL);
  }

  @Test
  void anExpiredTokenIsRefused() {
    catalog.user("ann@example.com");
    IssuedToken issued =
        catalog.tokens.create(
            TokenRequest.personal("ann@example.com", "").lasting(Duration.ofMinutes(5)),
            catalog.as("ann@example.com"));
    String header = "Bearer " + issued.secret().text();
    catalog.clock.advance(Duration.ofMinutes(5).minusNanos(1));
    assertThat(authenticate(header).name()).isEqualTo("ann@example.com");
    catalog.clock.advance(Duration.ofNanos(1));
    assertThatThrownBy(() -> authenticate(header)).hasMessage(REFUSAL);
    assertThat(catalog.audit()).last().isEqualTo("tokenLogin|ann@example.com||DENIED|EXPIRED");
  }

  @Test
  void aRevokedTokenIsRefusedAtOnce() {
    catalog.user("ann@example.com");
    IssuedToken issued = catalog.personalToken("ann@example.com");
    String header = "Bearer " + issued.secret().text();
    assertThat(authenticate(header).name()).isEqualTo("ann@example.com");
    catalog.tokens.revoke(issued.token().id(), token -> true, catalog.as("ann@example.com"));
    assertThatThrownBy(() -> authenticate(header)).hasMessage(REFUSAL);
  }

  @Test
  void aDisabledPrincipalIsToldSoAndAnotherTokenThanItsIsNot() {
    Principal ann = catalog.user("ann@example.com");
    String header = "Bearer " + catalog.personalToken("ann@example.com").secret().text();
    catalog.setActive(ann, false);
    assertThatThrownBy(() -> authenticate(header))
        .hasMessage(
            "PERMISSION_DENIED: ann@example.com is disabled\n"
                + "  Remedy: ask a metastore admin to activate it");
    assertThat(catalog.audit()).last().isEqualTo("tokenLogin|ann@example.com||DENIED|DISABLED");
    catalog.setActive(ann, true);
    assertThat(authenticate(header).principal()).isEqualTo(ann.id());
  }

  @Test
  void aDeletedPrincipalsTokenIsRefusedAlsoIfSomebodyHasItsNameNow() {
    Principal ann = catalog.user("ann@example.com");
    String header = "Bearer " + catalog.personalToken("ann@example.com").secret().text();
    catalog.principals.drop(Principal.Kind.USER, ann.id(), catalog.admin());
    assertThatThrownBy(() -> authenticate(header)).hasMessage(REFUSAL);
    catalog.user("ann@example.com");
    assertThatThrownBy(() -> authenticate(header)).hasMessage(REFUSAL);
  }

  @Test
  void refusalsAreAuditedWithoutWhatWasSentAndNotWithoutEnd() {
    String planted = "planted-secret-0123456789";
    Stream.iterate(0, i -> i + 1)
        .limit(200)
        .forEach(
            i -> assertThatThrownBy(() -> authenticate("Bearer " + planted)).hasMessage(REFUSAL));
    assertThat(catalog.audit())
        .filteredOn("tokenLogin|||DENIED|NOT_A_TOKEN"::equals)
        .hasSize(RefusalAudit.LINES_MAX);
    catalog.clock.advance(RefusalAudit.WINDOW);
    assertThatThrownBy(() -> authenticate("Bearer " + planted)).hasMessage(REFUSAL);
    assertThat(catalog.auditText())
        .contains("{\"withoutLine\":\"%d\"}".formatted(200 - RefusalAudit.LINES_MAX))
        .contains("request-7")
        .contains("192.0.2.9")
        .doesNotContain(planted);
  }
}
