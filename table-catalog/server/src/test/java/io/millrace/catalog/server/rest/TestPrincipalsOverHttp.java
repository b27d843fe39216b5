package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.jwk.JWKSet;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.unitycatalog.client.ApiException;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.model.CreateCatalog;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestPrincipalsOverHttp {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SCIM = PrincipalServer.SCIM;

  @TempDir Path directory;

  private PrincipalServer server;

  @BeforeEach
  void start() {
    server = new PrincipalServer(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String tokenOf(String name) {
    return server.catalog.personalToken(name).secret().text();
  }

  private void list(String token) throws ApiException {
    new CatalogsApi(server.client(token)).listCatalogs(null, null);
  }

  private static void refused(ThrowingCallable call, int status, String code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(status);
              assertThat(e.getResponseBody()).contains("\"error_code\":\"" + code + "\"");
            });
  }

  /** Check 36. */
  @Test
  void theOfficialClientIsLetInByATokenAndBySuchAsAreGoodOnly() throws Exception {
    new CatalogsApi(server.client(server.catalog.adminToken()))
        .createCatalog(new CreateCatalog().name("main"));
    Principal ann = server.catalog.user("ann@example.com");
    String token =
        server
            .catalog
            .tokens
            .create(
                TokenRequest.personal("ann@example.com", "").lasting(Duration.ofMinutes(5)),
                server.catalog.as("ann@example.com"))
            .secret()
            .text();
    list(token);

    server.catalog.setActive(ann, false);
    refused(() -> list(token), 403, "PERMISSION_DENIED");
    server.catalog.setActive(ann, true);
    list(token);
    server.catalog.clock.advance(Duration.ofMinutes(5));
    refused(() -> list(token), 401, "UNAUTHENTICATED");
    refused(() -> list("nobody"), 401, "UNAUTHENTICATED");
  }

  /** Check 36f: none of them is a 403, a 409 or a 500, and all are told the same. */
  @Test
  void whateverIsWrongWithATokenTheAnswerIsOne401() throws Exception {
    String good = server.catalog.adminToken();
    String secret = loaderSecret();
    String jwt = grant(secret);
    String[] parts = jwt.split("\\.");
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("empty", "");
    headers.put("no scheme", good);
    headers.put("basic", "Basic " + good);
    headers.put("cut off", "Bearer " + good.substring(0, 20));
    headers.put("alg none", "Bearer eyJhbGciOiJub25lIn0." + parts[1] + ".");
    headers.put("no signature", "Bearer " + parts[0] + "." + parts[1] + ".");
    headers.put("tampered", "Bearer " + parts[0] + ".e30." + parts[2]);
    headers.put("8 KB", "Bearer " + "a".repeat(8192));
    headers.put("8 KB of dots", "Bearer " + ".".repeat(8192));
    headers.put("client secret", "Bearer " + secret);
    headers.put("none", null);
    Set<String> answers = new HashSet<>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String path = "/api/2.1/unity-catalog/catalogs";
      HttpResponse<String> response =
          header.getValue() == null
              ? server.send("GET", path, null)
              : server.send("GET", path, null, "Authorization", header.getValue());
      assertThat(response.statusCode()).as(header.getKey()).isEqualTo(401);
      assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      String id = response.headers().firstValue("X-Request-Id").orElseThrow();
      answers.add(response.body().replace(id, "ID"));
    }
    assertThat(answers).hasSize(1);
    assertThat(JSON.readTree(answers.iterator().next()).get("message").textValue())
        .isEqualTo(
            "the request has no valid bearer token. Send a token that is valid: Authorization:"
                + " Bearer TOKEN.");
  }

  private String loaderSecret() {
    server.catalog.servicePrincipal("loader");
    return server.catalog.clientSecret("loader").secret().text();
  }

  private String grant(String secret) throws Exception {
    HttpResponse<String> response =
        server.send(
            "POST",
            OAuthResource.TOKEN,
            "grant_type=client_credentials&scope=all-apis&client_id=loader&client_secret=" + secret,
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    JsonNode body = JSON.readTree(response.body());
    assertThat(body.get("token_type").textValue()).isEqualTo("Bearer");
    assertThat(body.get("expires_in").intValue()).isEqualTo(900);
    assertThat(body.get("scope").textValue()).isEqualTo("all-apis");
    return body.get("access_token").textValue();
  }

  @Test
  void theOfficialClientGetsAccessTokensByItsClientCredentials() throws Exception {
    String secret = loaderSecret();
    CatalogsApi catalogs = new CatalogsApi(server.client("loader", secret));
    assertThat(catalogs.listCatalogs(null, null).getCatalogs()).isEmpty();
    assertThatThrownBy(
            () -> new CatalogsApi(server.client("loader", "mrs_wrong")).listCatalogs(null, null))
        .hasStackTraceContaining("HTTP status: 401")
        .hasStackTraceContaining("invalid_client");
    server.catalog.setActive(server.catalog.principal("loader"), false);
    refused(() -> catalogs.listCatalogs(null, null), 403, "PERMISSION_DENIED");
  }

  @Test
  void theTokenEndpointRefusesAsTheStandardSays() throws Exception {
    HttpResponse<String> wrong =
        server.send(
            "POST",
            OAuthResource.TOKEN,
            "grant_type=client_credentials",
            "Authorization",
            "Basic bG9hZGVyOng=",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"millrace\"");
    assertThat(JSON.readTree(wrong.body()).get("error").textValue()).isEqualTo("invalid_client");
    for (String body : List.of("grant_type=password", "grant_type=%zz", "{}", "")) {
      HttpResponse<String> bad =
          server.send(
              "POST",
              OAuthResource.TOKEN,
              body,
              "Content-Type",
              "application/x-www-form-urlencoded");
      assertThat(bad.statusCode()).as(body).isEqualTo(400);
    }
    HttpResponse<String> json =
        server.send("POST", OAuthResource.TOKEN, "{}", "Content-Type", "application/json");
    assertThat(json.statusCode()).isEqualTo(400);
    // Credentials in an address would be in every log on the way.
    HttpResponse<String> query =
        server.send(
            "POST",
            OAuthResource.TOKEN + "?grant_type=client_credentials&client_id=loader",
            "",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(query.statusCode()).isEqualTo(400);
  }

  @Test
  void thePublicKeysArePublic() throws Exception {
    HttpResponse<String> response = server.send("GET", "/.well-known/jwks.json", null);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JWKSet.parse(response.body()).getKeys())
        .singleElement()
        .satisfies(key -> assertThat(key.isPrivate()).isFalse());
  }

  private JsonNode scim(int status, String method, String path, String body) throws Exception {
    HttpResponse<String> response = server.asAdmin(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    if (status == 204) {
      assertThat(response.body()).isEmpty();
      return JSON.nullNode();
    }
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/scim+json");
    return JSON.readTree(response.body());
  }

  private static String filter(String text) {
    return "?filter=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Checks 37, 37b and 37g, at both places. */
  @ParameterizedTest
  @ValueSource(strings = {ScimResource.UNITY, ScimResource.DATABRICKS})
  void anIdentityProviderMakesFindsDisablesAndDeletesAUser(String base) throws Exception {
    JsonNode made =
        scim(201, "POST", base + "/Users", "{\"userName\":\"ann@example.com\",\"active\":true}");
    String id = made.get("id").textValue();
    assertThat(made.at("/meta/location").textValue()).isEqualTo(base + "/Users/" + id);
    JsonNode found =
        scim(200, "GET", base + "/Users" + filter("userName eq \"ann@example.com\""), null);
    assertThat(found.get("totalResults").intValue()).isEqualTo(1);
    assertThat(found.at("/Resources/0")).isEqualTo(made);

    String token = tokenOf("ann@example.com");
    list(token);
    scim(
        200,
        "PATCH",
        base + "/Users/" + id,
        "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":"
            + "[{\"op\":\"replace\",\"value\":{\"active\":false}}]}");
    refused(() -> list(token), 403, "PERMISSION_DENIED");
    scim(200, "PUT", base + "/Users/" + id, "{\"userName\":\"ann@example.com\",\"active\":true}");
    list(token);

    JsonNode group =
        scim(
            201,
            "POST",
            base + "/Groups",
            "{\"displayName\":\"team\",\"members\":[{\"value\":\"" + id + "\"}]}");
    assertThat(group.at("/members/0/value").textValue()).isEqualTo(id);
    assertThat(scim(200, "GET", base + "/Users/" + id, null).at("/groups/0/display").textValue())
        .isEqualTo("team");

    scim(204, "DELETE", base + "/Users/" + id, null);
    assertThat(scim(404, "GET", base + "/Users/" + id, null))
        .isEqualTo(
            JSON.readTree(
                "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"detail\":"
                    + "\"there is no user "
                    + id
                    + "\",\"status\":\"404\"}"));
    scim(404, "DELETE", base + "/Users/" + id, null);
    refused(() -> list(token), 401, "UNAUTHENTICATED");
    assertThat(
            scim(200, "GET", base + "/Groups/" + group.get("id").textValue(), null).get("members"))
        .isEmpty();
  }

  /** Check 37f. */
  @Test
  void duplicatesAndBadFiltersAreToldAsScimErrors() throws Exception {
    scim(201, "POST", SCIM + "/Users", "{\"userName\":\"ann@example.com\"}");
    JsonNode twice = scim(409, "POST", SCIM + "/Users", "{\"userName\":\"Ann@example.com\"}");
    assertThat(twice.get("scimType").textValue()).isEqualTo("uniqueness");
    assertThat(twice.get("status").textValue()).isEqualTo("409");
    JsonNode bad = scim(400, "GET", SCIM + "/Users" + filter("userName like \"a\""), null);
    assertThat(bad.get("scimType").textValue()).isEqualTo("invalidFilter");
    for (String body : List.of("{", "[]", "7", "{\"userName\":1}", "{\"a\":1,\"a\":2}", "null")) {
      JsonNode error = scim(400, "POST", SCIM + "/Users", body);
      assertThat(error.at("/schemas/0").textValue())
          .isEqualTo("urn:ietf:params:scim:api:messages:2.0:Error");
    }
  }

  @Test
  void whoIsNoAdminGetsScimErrorsToo() throws Exception {
    server.catalog.user("eve@example.com");
    String token = "Bearer " + tokenOf("eve@example.com");
    HttpResponse<String> denied = server.send("GET", SCIM + "/Users", null, "Authorization", token);
    assertThat(denied.statusCode()).isEqualTo(403);
    assertThat(JSON.readTree(denied.body()).get("status").textValue()).isEqualTo("403");
    for (String body : List.of("{", "{}", "[]")) {
      HttpResponse<String> unread =
          server.send(
              "PATCH",
              SCIM + "/Users/x",
              body,
              "Authorization",
              token,
              "Content-Type",
              "application/scim+json");
      assertThat(unread.statusCode()).as(body).isEqualTo(403);
    }
    HttpResponse<String> me = server.send("GET", SCIM + "/Me", null, "Authorization", token);
    assertThat(me.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(me.body()).get("userName").textValue()).isEqualTo("eve@example.com");
    HttpResponse<String> stranger = server.send("GET", SCIM + "/Me", null);
    assertThat(stranger.statusCode()).isEqualTo(401);
    assertThat(JSON.readTree(stranger.body()).get("detail").textValue())
        .isEqualTo("the request has no valid bearer token");
  }

  @Test
  void whatTheServiceCanIsTold() throws Exception {
    JsonNode config = scim(200, "GET", SCIM + "/ServiceProviderConfig", null);
    assertThat(config.at("/patch/supported").booleanValue()).isTrue();
    assertThat(config.at("/filter/maxResults").intValue()).isEqualTo(1000);
    assertThat(scim(200, "GET", SCIM + "/ResourceTypes", null).findValuesAsText("endpoint"))
        .containsExactly("/Users", "/Groups", "/ServicePrincipals");
    assertThat(
            scim(200, "GET", SCIM + "/Schemas", null)
                .at("/Resources/1/attributes")
                .findValuesAsText("name"))
        .containsExactly("displayName", "members");
  }

  private HttpResponse<String> api(String token, String method, String path, String body)
      throws Exception {
    return server.send(
        method, path, body, "Authorization", "Bearer " + token, "Content-Type", "application/json");
  }

  @Test
  void everybodyMakesListsAndDeletesTokensOfItsOwn() throws Exception {
    server.catalog.user("ann@example.com");
    String token = tokenOf("ann@example.com");
    HttpResponse<String> made =
        api(
            token,
            "POST",
            "/api/2.0/token/create",
            "{\"comment\":\"laptop\",\"lifetime_seconds\":3600}");
    assertThat(made.statusCode()).isEqualTo(200);
    JsonNode body = JSON.readTree(made.body());
    String second = body.get("token_value").textValue();
    long created = body.at("/token_info/creation_time").longValue();
    assertThat(body.at("/token_info/expiry_time").longValue()).isEqualTo(created + 3_600_000);
    list(second);
    HttpResponse<String> listed = api(second, "GET", "/api/2.0/token/list", null);
    assertThat(JSON.readTree(listed.body()).findValuesAsText("comment"))
        .containsExactlyInAnyOrder("laptop", "for a test");
    assertThat(listed.body()).doesNotContain("mrt_");
    String id = body.at("/token_info/token_id").textValue();
    assertThat(api(token, "POST", "/api/2.0/token/delete", "{\"token_id\":\"" + id + "\"}").body())
        .isEqualTo("{}");
    refused(() -> list(second), 401, "UNAUTHENTICATED");
    assertThat(
            api(token, "POST", "/api/2.0/token/delete", "{\"token_id\":\"" + id + "\"}")
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void adminsMakeListAndDeleteTokensOfOthersAndNobodyElseDoes() throws Exception {
    server.catalog.user("ann@example.com");
    String admin = server.catalog.adminToken();
    HttpResponse<String> made =
        api(
            admin,
            "POST",
            "/api/2.0/token-management/on-behalf-of/tokens",
            "{\"user_name\":\"ann@example.com\",\"comment\":\"made for her\"}");
    JsonNode body = JSON.readTree(made.body());
    String token = body.get("token_value").textValue();
    list(token);
    HttpResponse<String> listed =
        api(admin, "GET", "/api/2.0/token-management/tokens?user_name=ann%40example.com", null);
    assertThat(JSON.readTree(listed.body()).findValuesAsText("user_name"))
        .containsExactly("ann@example.com");
    for (String[] call :
        List.of(
            new String[] {"GET", "/api/2.0/token-management/tokens", null},
            new String[] {
              "GET", "/api/2.0/token-management/tokens?user_name=ann%40example.com", null
            },
            new String[] {
              "POST",
              "/api/2.0/token-management/on-behalf-of/tokens",
              "{\"user_name\":\"ann@example.com\"}"
            },
            new String[] {
              "POST",
              "/api/2.0/accounts/servicePrincipals/00000000-0000-0000-0000-000000000001/credentials/secrets",
              "{}"
            })) {
      assertThat(api(token, call[0], call[1], call[2]).statusCode()).as(call[1]).isEqualTo(403);
    }
    String id = body.at("/token_info/token_id").textValue();
    assertThat(api(admin, "DELETE", "/api/2.0/token-management/tokens/" + id, null).statusCode())
        .isEqualTo(200);
    refused(() -> list(token), 401, "UNAUTHENTICATED");
  }

  @Test
  void clientSecretsAreMadeListedAndDeleted() throws Exception {
    JsonNode made = scim(201, "POST", SCIM + "/ServicePrincipals", "{\"displayName\":\"Loader\"}");
    String application = made.get("applicationId").textValue();
    String path =
        "/api/2.0/accounts/servicePrincipals/"
            + made.get("id").textValue()
            + "/credentials/secrets";
    String admin = server.catalog.adminToken();
    JsonNode secret = JSON.readTree(api(admin, "POST", path, "{\"lifetime\":\"3600s\"}").body());
    CatalogsApi catalogs =
        new CatalogsApi(server.client(application, secret.get("secret").textValue()));
    assertThat(catalogs.listCatalogs(null, null).getCatalogs()).isEmpty();
    HttpResponse<String> listed = api(admin, "GET", path, null);
    assertThat(JSON.readTree(listed.body()).findValuesAsText("id"))
        .containsExactly(secret.get("id").textValue());
    assertThat(listed.body()).doesNotContain("mrs_");
    assertThat(api(admin, "DELETE", path + "/" + secret.get("id").textValue(), null).statusCode())
        .isEqualTo(200);
    // Also the access token that it was exchanged for.
    refused(() -> catalogs.listCatalogs(null, null), 401, "UNAUTHENTICATED");
  }

  @Test
  void nothingSecretIsInTheLog() throws Exception {
    try (CapturedLog log = new CapturedLog()) {
      String secret = loaderSecret();
      String jwt = grant(secret);
      list(jwt);
      String planted = "planted-0123456789-planted";
      Optional<String> unused =
          server
              .send(
                  "GET",
                  SCIM + "/Users",
                  null,
                  "Authorization",
                  "Bearer " + planted + "." + planted + "." + planted)
              .headers()
              .firstValue("X");
      assertThat(
              server
                  .send(
                      "POST",
                      OAuthResource.TOKEN,
                      "grant_type=client_credentials&client_id=loader&client_secret=" + planted,
                      "Content-Type",
                      "application/x-www-form-urlencoded")
                  .statusCode())
          .isEqualTo(401);
      String text = log.text();
      assertThat(text)
          .isNotEmpty()
          .doesNotContain(secret, jwt, planted, server.catalog.adminToken());
      assertThat(server.catalog.auditText())
          .doesNotContain(secret, jwt, planted, server.catalog.adminToken());
    }
  }
}
