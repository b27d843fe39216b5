package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.token.TokenGrant.Granted;
import io.millrace.catalog.server.principal.token.TokenGrant.Refused;
import io.millrace.catalog.server.principal.token.Verdict.Reason;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.MetadataStore;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The client-credentials grant of OAuth 2.0, RFC 6749 section 4.4: a service principal shows its
 * application id and a client secret, and gets an access token. Thread-safe.
 */
public final class ClientCredentials {
  private static final String SCHEME = "basic ";
  private static final int CHARACTERS_MAX = 4096;

  private final MetadataStore store;
  private final AccessTokens accessTokens;
  private final RefusalAudit refusals;

  public ClientCredentials(MetadataStore store, AccessTokens accessTokens) {
    this.store = requireNonNull(store, "store is null");
    this.accessTokens = requireNonNull(accessTokens, "accessTokens is null");
    this.refusals = new RefusalAudit(store);
  }

  private record Client(String id, TokenSecret secret) {}

  /**
   * Answers a request for a token.
   *
   * @param form parameters of the body, each with all its values
   * @param authorization the header of the request, if it has one
   */
  public TokenGrant grant(
      Map<String, List<String>> form,
      Optional<String> authorization,
      String requestId,
      String sourceAddress) {
    if (form.values().stream().anyMatch(values -> values.size() != 1)) {
      return new Refused(400, "invalid_request", "a parameter is there twice");
    }
    Optional<String> grant = first(form, "grant_type");
    if (grant.isEmpty()) {
      return new Refused(400, "invalid_request", "grant_type is missing");
    }
    if (!grant.get().equals("client_credentials")) {
      return new Refused(
          400, "unsupported_grant_type", "the only grant type is client_credentials");
    }
    String scope = first(form, "scope").orElse(AccessTokens.SCOPE);
    if (!scope.equals(AccessTokens.SCOPE)) {
      return new Refused(400, "invalid_scope", "the only scope is " + AccessTokens.SCOPE);
    }
    boolean inForm = form.containsKey("client_id") || form.containsKey("client_secret");
    if (inForm && authorization.isPresent()) {
      return new Refused(
          400, "invalid_request", "credentials are in the header and in the body as well");
    }
    Optional<Client> client =
        authorization.isEmpty() ? ofForm(form) : ofHeader(authorization.get());
    return client
        .map(shown -> grant(shown, requestId, sourceAddress))
        .orElseGet(() -> refuse(Reason.NO_TOKEN, Optional.empty(), requestId, sourceAddress));
  }

  private static Optional<String> first(Map<String, List<String>> form, String name) {
    return Optional.ofNullable(form.get(name)).map(values -> values.get(0));
  }

  private static Optional<Client> ofForm(Map<String, List<String>> form) {
    return first(form, "client_id")
        .flatMap(
            id ->
                first(form, "client_secret")
                    .map(secret -> new Client(id, TokenSecret.given(secret))));
  }

  private static Optional<Client> ofHeader(String header) {
    if (header.length() > CHARACTERS_MAX || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      return Optional.empty();
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(header.substring(SCHEME.length()).strip()),
              StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(
              new Client(
                  decoded(pair.substring(0, colon)),
                  TokenSecret.given(decoded(pair.substring(colon + 1)))));
    } catch (IllegalArgumentException e) {
      // Neither Base64 nor percent-encoding; whatever it is, it is no client.
      return Optional.empty();
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private TokenGrant grant(Client client, String requestId, String sourceAddress) {
    CatalogState state = store.state();
    Optional<Principal> principal =
        state
            .principal(client.id())
            .filter(found -> found.kind() == Principal.Kind.SERVICE_PRINCIPAL);
    Optional<Token> secret =
        state
            .token(client.secret().hash())
            .filter(found -> found.kind() == Token.Kind.CLIENT_SECRET)
            .filter(client.secret()::belongsTo);
    if (principal.isEmpty()) {
      return refuse(Reason.NO_PRINCIPAL, principal, requestId, sourceAddress);
    }
    if (secret.isEmpty() || !secret.get().principal().equals(principal.get().id())) {
      return refuse(Reason.UNKNOWN_TOKEN, principal, requestId, sourceAddress);
    }
    if (TokenService.isExpired(secret.get(), store.clock().instant())) {
      return refuse(Reason.EXPIRED, principal, requestId, sourceAddress);
    }
    if (!principal.get().active()) {
      return refuse(Reason.DISABLED, principal, requestId, sourceAddress);
    }
    String token = accessTokens.issue(principal.get(), secret.get());
    Caller caller =
        new Caller(principal.get().id(), principal.get().name(), requestId, sourceAddress);
    AuditEvent minted =
        CallerAudit.done(
            store.clock().instant(),
            caller,
            "mintOAuthToken",
            principal.get(),
            Map.of("secret", secret.get().id().toString()));
    store.audit(List.of(minted));
    return new Granted(token, AccessTokens.LIFETIME, AccessTokens.SCOPE);
  }

  private TokenGrant refuse(
      Reason reason, Optional<Principal> principal, String requestId, String sourceAddress) {
    refusals.add("mintOAuthToken", reason, principal, requestId, sourceAddress);
    return new Refused(401, "invalid_client", "the client is unknown, or its secret is wrong");
  }
}
