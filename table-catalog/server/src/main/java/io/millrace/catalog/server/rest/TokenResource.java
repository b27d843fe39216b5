package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.PrincipalService;
import io.millrace.catalog.server.principal.token.IssuedToken;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.principal.token.TokenService;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Personal tokens and client secrets, at the paths and in the shapes that Databricks has for them:
 * {@code /api/2.0/token}, {@code /api/2.0/token-management}, {@code
 * /api/2.0/accounts/servicePrincipals}.
 */
public final class TokenResource {
  private static final String OWN = "/api/2.0/token";
  private static final String MANAGED = "/api/2.0/token-management";
  private static final String SECRETS =
      "/api/2.0/accounts/servicePrincipals/{id}/credentials/secrets";
  private static final Rule EVERY_PRINCIPAL = new Rule.EveryPrincipal("each has its own tokens");
  private static final Rule ADMINS =
      new Rule.Decided("membership in the group of metastore admins");

  private final Work work;
  private final TokenService tokens;
  private final PrincipalService principals;

  public TokenResource(Work work, TokenService tokens, PrincipalService principals) {
    this.work = requireNonNull(work, "work is null");
    this.tokens = requireNonNull(tokens, "tokens is null");
    this.principals = requireNonNull(principals, "principals is null");
  }

  record Creation(Optional<String> comment, Optional<Long> lifetimeSeconds) {
    Optional<Duration> lifetime() {
      return lifetimeSeconds.map(Duration::ofSeconds);
    }
  }

  record CreationFor(
      Optional<String> applicationId,
      Optional<String> userName,
      Optional<String> comment,
      Optional<Long> lifetimeSeconds) {
    String principal() {
      if (applicationId.isPresent() == userName.isPresent()) {
        throw invalid("one of application_id and user_name must be there");
      }
      return applicationId.or(() -> userName).orElseThrow();
    }
  }

  record Deletion(String tokenId) {
    Deletion {
      requireNonNull(tokenId, "token_id");
    }
  }

  record SecretCreation(Optional<String> lifetime, Optional<String> comment) {}

  /**
   * @param expiryTime in milliseconds since 1970; -1 if never
   */
  record TokenInfo(
      String tokenId, long creationTime, long expiryTime, String comment, String userName) {}

  record Created(String tokenValue, TokenInfo tokenInfo) {}

  record TokenList(List<TokenInfo> tokenInfos) {}

  record SecretInfo(String id, String status, String createTime, Optional<String> expireTime) {}

  record CreatedSecret(
      String id, String secret, String status, String createTime, Optional<String> expireTime) {}

  record SecretList(List<SecretInfo> secrets) {}

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        route("POST", OWN + "/create", EVERY_PRINCIPAL, this::createOwn),
        route(
            "GET",
            OWN + "/list",
            EVERY_PRINCIPAL,
            request -> list(tokens.list(Token.Kind.PERSONAL, request.caller()))),
        route(
            "POST",
            OWN + "/delete",
            EVERY_PRINCIPAL,
            request ->
                revoke(
                    request.body(Deletion.class).tokenId(), Token.Kind.PERSONAL, request.caller())),
        route("GET", MANAGED + "/tokens", ADMINS, this::listManaged),
        route(
            "DELETE",
            MANAGED + "/tokens/{token_id}",
            new Rule.EveryPrincipal("each deletes its own, and admins those of others"),
            request -> revoke(request.path("token_id"), Token.Kind.PERSONAL, request.caller())),
        route("POST", MANAGED + "/on-behalf-of/tokens", ADMINS, this::createFor),
        route("POST", SECRETS, ADMINS, this::createSecret),
        route("GET", SECRETS, ADMINS, this::listSecrets),
        route("DELETE", SECRETS + "/{secret_id}", ADMINS, this::revokeSecret));
  }

  private static Route route(String method, String path, Rule rule, Route.Handler handler) {
    return new Route(method, path, rule, ErrorStyle.UNITY, handler);
  }

  private Reply createOwn(Request request) {
    Creation body = request.body(Creation.class);
    return created(
        tokens.create(
            new TokenRequest(
                request.caller().name(),
                Token.Kind.PERSONAL,
                body.lifetime(),
                body.comment().orElse("")),
            request.caller()));
  }

  private Reply createFor(Request request) {
    // Also for a token of the admin's own, which needs no decision elsewhere.
    requireAdmin(request.caller());
    CreationFor body = request.body(CreationFor.class);
    return created(
        tokens.create(
            new TokenRequest(
                body.principal(),
                Token.Kind.PERSONAL,
                body.lifetimeSeconds().map(Duration::ofSeconds),
                body.comment().orElse("")),
            request.caller()));
  }

  private Reply created(IssuedToken issued) {
    return Reply.of(new Created(issued.secret().text(), info(issued.token())))
        .with("Cache-Control", "no-store");
  }

  private Reply list(List<Token> found) {
    return Reply.of(new TokenList(found.stream().map(this::info).toList()));
  }

  private Reply listManaged(Request request) {
    requireAdmin(request.caller());
    return list(
        request
            .query("user_name")
            .map(name -> tokens.listOf(name, Token.Kind.PERSONAL, request.caller()))
            .orElseGet(() -> tokens.listAll(request.caller())));
  }

  private Reply revoke(String id, Token.Kind kind, Caller by) {
    tokens.revoke(id(id), token -> token.kind() == kind, by);
    return Reply.done();
  }

  private Reply createSecret(Request request) {
    Principal principal = servicePrincipal(request);
    SecretCreation body = request.body(SecretCreation.class);
    IssuedToken issued =
        tokens.create(
            new TokenRequest(
                principal.name(),
                Token.Kind.CLIENT_SECRET,
                body.lifetime().map(TokenResource::seconds),
                body.comment().orElse("")),
            request.caller());
    SecretInfo info = secretInfo(issued.token());
    return Reply.of(
            new CreatedSecret(
                info.id(),
                issued.secret().text(),
                info.status(),
                info.createTime(),
                info.expireTime()))
        .with("Cache-Control", "no-store");
  }

  /** Databricks writes a duration as {@code 3600s}. */
  private static Duration seconds(String text) {
    try {
      return Duration.ofSeconds(Long.parseLong(text.replaceFirst("s$", "")));
    } catch (NumberFormatException e) {
      throw invalid("lifetime is no number of seconds, such as 3600s");
    }
  }

  private Reply listSecrets(Request request) {
    Principal principal = servicePrincipal(request);
    return Reply.of(
        new SecretList(
            tokens.listOf(principal.name(), Token.Kind.CLIENT_SECRET, request.caller()).stream()
                .map(TokenResource::secretInfo)
                .toList()));
  }

  private Reply revokeSecret(Request request) {
    Principal principal = servicePrincipal(request);
    tokens.revoke(
        id(request.path("secret_id")),
        token ->
            token.kind() == Token.Kind.CLIENT_SECRET && token.principal().equals(principal.id()),
        request.caller());
    return Reply.done();
  }

  private Principal servicePrincipal(Request request) {
    CatalogState state = principals.read(request.caller());
    return PrincipalService.find(state, Principal.Kind.SERVICE_PRINCIPAL, id(request.path("id")));
  }

  private void requireAdmin(Caller caller) {
    var unused = principals.read(caller);
  }

  private TokenInfo info(Token token) {
    return new TokenInfo(
        token.id().toString(),
        token.created().toEpochMilli(),
        token.expires().map(java.time.Instant::toEpochMilli).orElse(-1L),
        token.comment(),
        Work.name(work.state(), token.principal()));
  }

  private static SecretInfo secretInfo(Token token) {
    return new SecretInfo(
        token.id().toString(),
        "ACTIVE",
        token.created().toString(),
        token.expires().map(java.time.Instant::toString));
  }

  private static UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw invalid("an id is a UUID");
    }
  }

  private static MillraceException invalid(String problem) {
    return new MillraceException(
        ErrorCode.ARGUMENT_INVALID, problem, "see the API's description for what it wants");
  }
}
