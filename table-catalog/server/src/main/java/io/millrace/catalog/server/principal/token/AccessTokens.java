package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.token.Verdict.Accepted;
import io.millrace.catalog.server.principal.token.Verdict.Reason;
import io.millrace.catalog.server.principal.token.Verdict.Rejected;
import io.millrace.catalog.server.store.CatalogKey;
import io.millrace.catalog.server.store.MetadataStore;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens: JSON web tokens as RFC 9068 has them, signed by ES256, good for {@link #LIFETIME}.
 * Everything that a token could choose by itself is fixed here: algorithm, type, issuer, audience.
 * Thread-safe.
 */
public final class AccessTokens {
  /** How long a token is good. */
  public static final Duration LIFETIME = Duration.ofMinutes(15);

  /** How far clocks may be apart. */
  static final Duration SKEW = Duration.ofSeconds(30);

  static final String AUDIENCE = "millrace-catalog";
  static final String SCOPE = "all-apis";
  private static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");
  private static final String CLIENT = "client_id";
  private static final String CREDENTIAL = "credential";

  private final SigningKeys keys;
  private final Clock clock;
  private final String issuer;

  private AccessTokens(SigningKeys keys, Clock clock, String issuer) {
    this.keys = keys;
    this.clock = clock;
    this.issuer = issuer;
  }

  /**
   * The access tokens of a catalog that has a metastore.
   *
   * @throws io.millrace.catalog.MillraceException CONFIG_INVALID if this is not the key of the
   *     catalog
   */
  public static AccessTokens open(MetadataStore store, CatalogKey key, SecureRandom random) {
    requireNonNull(store, "store is null");
    return new AccessTokens(
        SigningKeys.open(store, key, random, LIFETIME.plus(SKEW)),
        store.clock(),
        "urn:millrace:metastore:" + store.state().metastore().id());
  }

  /** Who signs: the metastore, whatever address it has today. */
  public String issuer() {
    return issuer;
  }

  /** What others verify tokens with, as {@code /.well-known/jwks.json} tells it. */
  public String toJwks() {
    return keys.toJwks();
  }

  /** A token for a service principal that has shown a client secret. */
  String issue(Principal principal, Token secret) {
    Instant now = clock.instant();
    SigningKey key = keys.signing();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience(AUDIENCE)
            .subject(principal.id().toString())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .jwtID(UUID.randomUUID().toString())
            .claim(CLIENT, principal.name())
            .claim("scope", SCOPE)
            .claim(CREDENTIAL, secret.id().toString())
            .build();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).type(TYPE).keyID(key.id()).build(), claims);
    try {
      token.sign(new ECDSASigner(key.pair()));
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK signs by ES256", e);
    }
    return token.serialize();
  }

  /** Whether a token is one of ours and good now; whether its principal is, is another question. */
  Verdict verify(String text) {
    SignedJWT token;
    JWTClaimsSet claims;
    try {
      token = SignedJWT.parse(text);
      claims = token.getJWTClaimsSet();
    } catch (ParseException | RuntimeException e) {
      // The parser meets whatever anybody sends; none of it is told to anyone.
      return new Rejected(Reason.NOT_A_TOKEN);
    }
    Optional<Reason> wrong = wrongIn(token.getHeader());
    if (wrong.isPresent()) {
      return new Rejected(wrong.get());
    }
    Optional<SigningKey> key = keys.find(token.getHeader().getKeyID());
    if (key.isEmpty()) {
      return new Rejected(Reason.KEY);
    }
    try {
      if (!token.verify(new ECDSAVerifier(key.get().pair().toECPublicKey()))) {
        return new Rejected(Reason.SIGNATURE);
      }
    } catch (JOSEException e) {
      return new Rejected(Reason.SIGNATURE);
    }
    return verify(claims);
  }

  private static Optional<Reason> wrongIn(JWSHeader header) {
    if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())) {
      return Optional.of(Reason.ALGORITHM);
    }
    if (!TYPE.equals(header.getType())) {
      return Optional.of(Reason.TYPE);
    }
    // A key that the token brings itself proves nothing, and neither does one that it points to.
    boolean bringsKey =
        header.getJWK() != null || header.getJWKURL() != null || header.getX509CertURL() != null;
    return header.getKeyID() == null || bringsKey ? Optional.of(Reason.KEY) : Optional.empty();
  }

  private Verdict verify(JWTClaimsSet claims) {
    if (!issuer.equals(claims.getIssuer()) || !List.of(AUDIENCE).equals(claims.getAudience())) {
      return new Rejected(Reason.CLAIMS);
    }
    Date expires = claims.getExpirationTime();
    Date issued = claims.getIssueTime();
    if (expires == null || issued == null) {
      return new Rejected(Reason.CLAIMS);
    }
    Instant now = clock.instant();
    if (!now.isBefore(expires.toInstant().plus(SKEW))) {
      return new Rejected(Reason.EXPIRED);
    }
    if (issued.toInstant().minus(SKEW).isAfter(now)) {
      return new Rejected(Reason.CLAIMS);
    }
    Optional<UUID> principal = uuid(claims.getSubject());
    Optional<UUID> credential = uuid(claims.getClaim(CREDENTIAL));
    if (principal.isEmpty() || credential.isEmpty()) {
      return new Rejected(Reason.CLAIMS);
    }
    return new Accepted(principal.get(), credential.get());
  }

  private static Optional<UUID> uuid(@Nullable Object claim) {
    try {
      return claim instanceof String text ? Optional.of(UUID.fromString(text)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
