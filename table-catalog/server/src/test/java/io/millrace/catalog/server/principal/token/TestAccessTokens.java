package io.millrace.catalog.server.principal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.FreshCatalog;
import io.millrace.catalog.server.principal.token.TokenGrant.Granted;
import io.millrace.catalog.server.store.CatalogKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestAccessTokens {
  private static final String REFUSAL =
      "UNAUTHENTICATED: the request has no valid bearer token\n"
          + "  Remedy: send a token that is valid: Authorization: Bearer TOKEN";
  private static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");

  @TempDir Path directory;

  private FreshCatalog catalog;
  private SigningKeys keys;
  private AccessTokens accessTokens;
  private Authenticator authenticator;
  private ClientCredentials credentials;
  private Principal loader;
  private IssuedToken secret;

  @BeforeEach
  void start() {
    catalog = new FreshCatalog(directory);
    CatalogKey key = CatalogKey.load(directory);
    accessTokens = AccessTokens.open(catalog.store, key, catalog.random);
    keys =
        SigningKeys.open(
            catalog.store, key, catalog.random, AccessTokens.LIFETIME.plus(AccessTokens.SKEW));
    authenticator = new Authenticator(catalog.store, accessTokens);
    credentials = new ClientCredentials(catalog.store, accessTokens);
    loader = catalog.servicePrincipal("loader");
    secret = catalog.clientSecret("loader");
  }

  @AfterEach
  void stop() {
    catalog.close();
  }

  private String grant() {
    return ((Granted)
            credentials.grant(
                Map.of(
                    "grant_type", List.of("client_credentials"),
                    "client_id", List.of("loader"),
                    "client_secret", List.of(secret.secret().text())),
                Optional.empty(),
                "request-1",
                ""))
        .accessToken();
  }

  private String authenticate(String token) {
    return authenticator.authenticate(Optional.of("Bearer " + token), "request-1", "").name();
  }

  private JWTClaimsSet.Builder claims() {
    Instant now = catalog.clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(accessTokens.issuer())
        .audience("millrace-catalog")
        .subject(loader.id().toString())
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plus(Duration.ofMinutes(15))))
        .jwtID(UUID.randomUUID().toString())
        .claim("credential", secret.token().id().toString());
  }

  private JWSHeader.Builder header() {
    return new JWSHeader.Builder(JWSAlgorithm.ES256).type(TYPE).keyID(keys.signing().id());
  }

  private static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer)
      throws Exception {
    SignedJWT token = new SignedJWT(header, claims);
    token.sign(signer);
    return token.serialize();
  }

  private String signed(JWSHeader header, JWTClaimsSet claims) throws Exception {
    return signed(header, claims, new ECDSASigner(keys.signing().pair()));
  }

  @Test
  void aTokenSaysWhoseItIsAndIsGoodForFifteenMinutes() throws Exception {
    String token = grant();
    SignedJWT parsed = SignedJWT.parse(token);
    assertThat(parsed.getHeader().toJSONObject())
        .isEqualTo(Map.of("alg", "ES256", "typ", "at+jwt", "kid", keys.signing().id()));
    assertThat(parsed.getJWTClaimsSet().getClaims().keySet())
        .containsExactlyInAnyOrder(
            "iss", "aud", "sub", "iat", "exp", "jti", "client_id", "scope", "credential");
    assertThat(parsed.getJWTClaimsSet().getIssuer())
        .isEqualTo("urn:millrace:metastore:" + catalog.store.state().metastore().id());
    assertThat(parsed.getJWTClaimsSet().getSubject()).isEqualTo(loader.id().toString());
    assertThat(authenticate(token)).isEqualTo("loader");
    catalog.clock.advance(Duration.ofMinutes(15).plusSeconds(29));
    assertThat(authenticate(token)).isEqualTo("loader");
    catalog.clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> authenticate(token)).hasMessage(REFUSAL);
  }

  /** What the forgeries below differ from must be good, or they would prove nothing. */
  @Test
  void aTokenMadeByHandWithTheRightKeyIsGood() throws Exception {
    assertThat(authenticate(signed(header().build(), claims().build()))).isEqualTo("loader");
  }

  @Test
  void forgedTokensAreAllRefusedInOneText() throws Exception {
    String good = signed(header().build(), claims().build());
    String[] parts = good.split("\\.");
    ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID(keys.signing().id()).generate();
    byte[] publicKey =
        JWKSet.parse(accessTokens.toJwks()).getKeys().get(0).toECKey().toECPublicKey().getEncoded();
    Map<String, String> forged = new LinkedHashMap<>();
    forged.put("alg none", new PlainJWT(claims().build()).serialize());
    forged.put("alg none, cut off", parts[0] + "." + parts[1] + ".");
    forged.put(
        "alg none, in the header",
        base64("{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"" + keys.signing().id() + "\"}")
            + "."
            + parts[1]
            + "."
            + parts[2]);
    forged.put(
        "HS256 with the public key",
        signed(
            new JWSHeader.Builder(JWSAlgorithm.HS256).type(TYPE).keyID(keys.signing().id()).build(),
            claims().build(),
            new MACSigner(publicKey)));
    forged.put(
        "RS256 with a key of its own",
        signed(
            new JWSHeader.Builder(JWSAlgorithm.RS256).type(TYPE).keyID(keys.signing().id()).build(),
            claims().build(),
            new RSASSASigner(new RSAKeyGenerator(2048).generate())));
    forged.put(
        "another key of the same name",
        signed(header().build(), claims().build(), new ECDSASigner(stranger)));
    forged.put(
        "a key that it brings itself",
        signed(
            header().jwk(stranger.toPublicJWK()).build(),
            claims().build(),
            new ECDSASigner(stranger)));
    forged.put(
        "a good signature and a key that it brings",
        signed(header().jwk(stranger.toPublicJWK()).build(), claims().build()));
    forged.put("unknown kid", signed(header().keyID("nobody").build(), claims().build()));
    forged.put("no kid", signed(header().keyID(null).build(), claims().build()));
    forged.put(
        "kid of a file", signed(header().keyID("../../catalog.key").build(), claims().build()));
    forged.put("typ JWT", signed(header().type(JOSEObjectType.JWT).build(), claims().build()));
    forged.put("no typ", signed(header().type(null).build(), claims().build()));
    forged.put(
        "critical header",
        signed(
            header().criticalParams(java.util.Set.of("b64x")).customParam("b64x", true).build(),
            claims().build()));
    forged.put("wrong issuer", signed(header().build(), claims().issuer("internal").build()));
    forged.put("no issuer", signed(header().build(), claims().issuer(null).build()));
    forged.put("wrong audience", signed(header().build(), claims().audience("other").build()));
    forged.put(
        "an audience too many",
        signed(header().build(), claims().audience(List.of("millrace-catalog", "x")).build()));
    forged.put("no audience", signed(header().build(), claims().audience((String) null).build()));
    forged.put("no exp", signed(header().build(), claims().expirationTime(null).build()));
    forged.put(
        "expired",
        signed(
            header().build(),
            claims().expirationTime(Date.from(catalog.clock.instant().minusSeconds(30))).build()));
    forged.put(
        "issued tomorrow",
        signed(
            header().build(),
            claims()
                .issueTime(Date.from(catalog.clock.instant().plus(Duration.ofDays(1))))
                .expirationTime(Date.from(catalog.clock.instant().plus(Duration.ofDays(2))))
                .build()));
    forged.put("no iat", signed(header().build(), claims().issueTime(null).build()));
    forged.put("sub admin", signed(header().build(), claims().subject("admin").build()));
    forged.put("no sub", signed(header().build(), claims().subject(null).build()));
    forged.put(
        "another principal's",
        signed(
            header().build(),
            claims().subject(catalog.principal("admin").id().toString()).build()));
    forged.put(
        "of no credential", signed(header().build(), claims().claim("credential", null).build()));
    forged.put(
        "of the group of admins",
        signed(
            header().build(),
            claims().subject(catalog.principal("metastore_admins").id().toString()).build()));
    forged.put("tampered claims", parts[0] + "." + base64("{}") + "." + parts[2]);
    forged.put("tampered signature", parts[0] + "." + parts[1] + "." + base64("x".repeat(64)));
    forged.put("signature of zeros", parts[0] + "." + parts[1] + "." + base64("\0".repeat(64)));
    forged.put("empty signature", parts[0] + "." + parts[1] + ".");
    forged.put("claims that are no JSON", parts[0] + "." + base64("[1") + "." + parts[2]);
    forged.put("claims deep in each other", parts[0] + "." + base64("[".repeat(2000)) + ".x");
    forged.put("header that is no JSON", "x." + parts[1] + "." + parts[2]);
    forged.put("8 KB of one letter", "a".repeat(8192));
    forged.put("8 KB of dots", ".".repeat(8192));
    forged.put("4 KB of dots", ".".repeat(4000));
    forged.put("two parts", parts[0] + "." + parts[1]);
    forged.put("five parts", good + ".x.y");
    forged.forEach(
        (what, token) ->
            assertThatThrownBy(() -> authenticate(token)).as(what).hasMessage(REFUSAL));
    assertThat(authenticate(good)).isEqualTo("loader");
    forged.forEach((what, token) -> assertThat(catalog.auditText()).as(what).doesNotContain(token));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aTokenEndsWithItsSecretItsPrincipalAndWhileThatIsDisabled() {
    String token = grant();
    catalog.setActive(loader, false);
    assertThatThrownBy(() -> authenticate(token))
        .hasMessageStartingWith("PERMISSION_DENIED: loader is disabled");
    catalog.setActive(loader, true);
    assertThat(authenticate(token)).isEqualTo("loader");
    catalog.tokens.revoke(secret.token().id(), each -> true, catalog.admin());
    assertThatThrownBy(() -> authenticate(token)).hasMessage(REFUSAL);
    assertThat(catalog.audit()).last().isEqualTo("tokenLogin|loader||DENIED|REVOKED");
    secret = catalog.clientSecret("loader");
    String another = grant();
    catalog.principals.drop(Principal.Kind.SERVICE_PRINCIPAL, loader.id(), catalog.admin());
    assertThatThrownBy(() -> authenticate(another)).hasMessage(REFUSAL);
  }

  @Test
  void theKeySetHasNoPrivateHalf() throws Exception {
    JWKSet published = JWKSet.parse(accessTokens.toJwks());
    assertThat(published.getKeys())
        .singleElement()
        .satisfies(
            key -> {
              assertThat(key.isPrivate()).isFalse();
              assertThat(key.getKeyID()).isEqualTo(keys.signing().id());
              assertThat(key.getAlgorithm()).isEqualTo(JWSAlgorithm.ES256);
            });
    assertThat(accessTokens.toJwks()).doesNotContain("\"d\"");
  }
}
