package io.millrace.catalog.server.principal.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.FreshCatalog;
import io.millrace.catalog.server.principal.token.TokenGrant.Granted;
import io.millrace.catalog.server.principal.token.TokenGrant.Refused;
import io.millrace.catalog.server.store.CatalogKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestClientCredentials {
  private static final Refused INVALID_CLIENT =
      new Refused(401, "invalid_client", "the client is unknown, or its secret is wrong");

  @TempDir Path directory;

  private FreshCatalog catalog;
  private ClientCredentials credentials;
  private Principal loader;
  private String secret;

  @BeforeEach
  void start() {
    catalog = new FreshCatalog(directory);
    credentials =
        new ClientCredentials(
            catalog.store,
            AccessTokens.open(catalog.store, CatalogKey.load(directory), catalog.random));
    loader = catalog.servicePrincipal("loader");
    secret = catalog.clientSecret("loader").secret().text();
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private static String basic(String id, String secret) {
    return "Basic "
        + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  private TokenGrant byForm(String... pairs) {
    Map<String, List<String>> form = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      form.put(pairs[i], List.of(pairs[i + 1]));
    }
    return credentials.grant(form, Optional.empty(), "request-1", "192.0.2.1");
  }

  private TokenGrant byHeader(String header) {
    return credentials.grant(
        Map.of("grant_type", List.of("client_credentials"), "scope", List.of("all-apis")),
        Optional.of(header),
        "request-1",
        "192.0.2.1");
  }

  @Test
  void aTokenIsGrantedByHeaderOrByForm() {
    TokenGrant byHeader = byHeader(basic("loader", secret));
    TokenGrant byForm =
        byForm("grant_type", "client_credentials", "client_id", "loader", "client_secret", secret);
    for (TokenGrant grant : List.of(byHeader, byForm)) {
      assertThat(grant).isInstanceOf(Granted.class);
      assertThat(((Granted) grant).lifetime()).isEqualTo(Duration.ofMinutes(15));
      assertThat(((Granted) grant).scope()).isEqualTo("all-apis");
      assertThat(grant.toString()).doesNotContain(((Granted) grant).accessToken());
    }
    assertThat(catalog.audit())
        .endsWith("mintOAuthToken|loader|loader|DONE|", "mintOAuthToken|loader|loader|DONE|");
  }

  @Test
  void whoIsWrongIsNotToldInWhat() {
    catalog.user("ann@example.com");
    catalog.servicePrincipal("other");
    String others = catalog.clientSecret("other").secret().text();
    String personal = catalog.personalToken("loader").secret().text();
    for (String header :
        List.of(
            basic("nobody", secret),
            basic("loader", "mrs_wrong"),
            basic("loader", others),
            basic("loader", personal),
            basic("ann@example.com", secret),
            basic("metastore_admins", secret),
            basic("", ""),
            "Basic !!!",
            "Basic " + "A".repeat(8192),
            "Bearer " + secret,
            "")) {
      assertThat(byHeader(header)).as(header).isEqualTo(INVALID_CLIENT);
    }
    assertThat(byForm("grant_type", "client_credentials")).isEqualTo(INVALID_CLIENT);
    assertThat(byForm("grant_type", "client_credentials", "client_id", "loader"))
        .isEqualTo(INVALID_CLIENT);
    assertThat(catalog.auditText()).doesNotContain(secret, others, personal, "mrs_");
  }

  @Test
  void anExpiredSecretAndADisabledPrincipalGetNothing() {
    catalog.setActive(loader, false);
    assertThat(byHeader(basic("loader", secret))).isEqualTo(INVALID_CLIENT);
    catalog.setActive(loader, true);
    assertThat(byHeader(basic("loader", secret))).isInstanceOf(Granted.class);
    catalog.clock.advance(Duration.ofDays(90));
    assertThat(byHeader(basic("loader", secret))).isEqualTo(INVALID_CLIENT);
    assertThat(catalog.audit()).last().isEqualTo("mintOAuthToken|loader||DENIED|EXPIRED");
  }

  @Test
  void otherRequestsAreRefusedAsTheStandardSays() {
    assertThat(byForm()).isEqualTo(new Refused(400, "invalid_request", "grant_type is missing"));
    assertThat(byForm("grant_type", "password"))
        .isEqualTo(
            new Refused(
                400, "unsupported_grant_type", "the only grant type is client_credentials"));
    assertThat(byForm("grant_type", "client_credentials", "scope", "root"))
        .isEqualTo(new Refused(400, "invalid_scope", "the only scope is all-apis"));
    assertThat(
            credentials.grant(
                Map.of("grant_type", List.of("client_credentials"), "client_id", List.of("loader")),
                Optional.of(basic("loader", secret)),
                "request-1",
                ""))
        .isEqualTo(
            new Refused(
                400, "invalid_request", "credentials are in the header and in the body as well"));
    assertThat(
            credentials.grant(
                Map.of("grant_type", List.of("client_credentials", "client_credentials")),
                Optional.of(basic("loader", secret)),
                "request-1",
                ""))
        .isEqualTo(new Refused(400, "invalid_request", "a parameter is there twice"));
  }
}
