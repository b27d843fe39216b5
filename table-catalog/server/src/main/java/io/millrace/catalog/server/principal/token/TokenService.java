package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.Transaction;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Personal tokens and client secrets. Everybody makes, lists and revokes their own; metastore
 * admins everybody's, and client secrets are theirs alone. Thread-safe.
 */
public final class TokenService {
  private static final int COMMENT_CHARACTERS_MAX = 1024;

  private final MetadataStore store;
  private final Gate gate;
  private final TokenLimits limits;
  private final SecureRandom random;

  public TokenService(MetadataStore store, Gate gate, TokenLimits limits, SecureRandom random) {
    this.store = requireNonNull(store, "store is null");
    this.gate = requireNonNull(gate, "gate is null");
    this.limits = requireNonNull(limits, "limits is null");
    this.random = requireNonNull(random, "random is null");
  }

  /**
   * Makes a token.
   *
   * @throws MillraceException PERMISSION_DENIED if it is for somebody else and the caller is no
   *     metastore admin; PRINCIPAL_NOT_FOUND; ARGUMENT_INVALID; LIMIT_EXCEEDED
   */
  public IssuedToken create(TokenRequest request, Caller by) {
    Map<String, String> told = Map.of("for", request.principal(), "kind", request.kind().name());
    return audited(
        by,
        "generateDbToken",
        told,
        tx -> {
          if (request.kind() == Token.Kind.CLIENT_SECRET || !isOwn(request.principal(), by)) {
            requireAdmin(tx.state(), by);
          }
          return create(tx, request, Optional.of(by), by.requestId());
        });
  }

  /**
   * Makes a token for whoever has the catalog's own files, and thereby everything in it.
   *
   * @throws MillraceException PRINCIPAL_NOT_FOUND; ARGUMENT_INVALID; LIMIT_EXCEEDED
   */
  public IssuedToken createAsOperator(TokenRequest request, String requestId) {
    return store.write(tx -> create(tx, request, Optional.empty(), requestId));
  }

  private IssuedToken create(
      Transaction tx, TokenRequest request, Optional<Caller> by, String requestId) {
    Principal principal = acting(tx.state(), request);
    dropExpired(tx, principal.id());
    long there =
        tx.state().tokens(principal.id()).filter(token -> token.kind() == request.kind()).count();
    if (there >= limits.max(request.kind())) {
      throw new MillraceException(
          ErrorCode.LIMIT_EXCEEDED,
          "%s has %d tokens of this kind already".formatted(principal.name(), there),
          "revoke those that are not used any more");
    }
    Duration lifetime = checked(request.lifetime().orElse(limits.lifetime()));
    IssuedToken issued =
        issue(tx.now(), principal.id(), request, Optional.of(tx.now().plus(lifetime)), random);
    tx.apply(new Change.PutToken(issued.token()));
    tx.audit(event(tx.now(), by, "generateDbToken", principal, issued.token(), requestId));
    return issued;
  }

  /** A token that is in no catalog yet. */
  public static IssuedToken issue(
      Instant now,
      UUID principal,
      TokenRequest request,
      Optional<Instant> expires,
      SecureRandom random) {
    TokenSecret secret = TokenSecret.create(request.kind(), random);
    return new IssuedToken(
        new Token(
            UUID.randomUUID(),
            principal,
            request.kind(),
            secret.hash(),
            request.comment(),
            now,
            expires),
        secret);
  }

  private static Principal acting(CatalogState state, TokenRequest request) {
    Principal principal =
        state
            .principal(request.principal())
            .filter(found -> found.kind() != Principal.Kind.GROUP)
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.PRINCIPAL_NOT_FOUND,
                        "there is no user or service principal " + request.principal(),
                        "look at the list of users, or make it first"));
    if (!principal.active()) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          principal.name() + " is not active",
          "activate it first; a token would be worth nothing");
    }
    if (request.kind() == Token.Kind.CLIENT_SECRET
        && principal.kind() != Principal.Kind.SERVICE_PRINCIPAL) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          principal.name() + " is a user, and client secrets are for service principals",
          "make a personal token, or a service principal");
    }
    if (request.comment().length() > COMMENT_CHARACTERS_MAX) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "the comment has %d characters, more than %d"
              .formatted(request.comment().length(), COMMENT_CHARACTERS_MAX),
          "write a shorter one");
    }
    return principal;
  }

  private Duration checked(Duration lifetime) {
    if (lifetime.compareTo(Duration.ofSeconds(1)) < 0
        || lifetime.compareTo(limits.lifetimeMax()) > 0) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "a token cannot live for " + lifetime,
          "ask for a second at least, and %d days at most"
              .formatted(limits.lifetimeMax().toDays()));
    }
    return lifetime;
  }

  private static void dropExpired(Transaction tx, UUID principal) {
    List<Token> expired =
        tx.state().tokens(principal).filter(token -> isExpired(token, tx.now())).toList();
    expired.forEach(token -> tx.apply(new Change.DropToken(token.id())));
  }

  static boolean isExpired(Token token, Instant now) {
    return token.expires().filter(at -> !at.isAfter(now)).isPresent();
  }

  /** The caller's own tokens, the newest first, without those that have expired. */
  public List<Token> list(Token.Kind kind, Caller by) {
    return list(store.state(), by.principal(), kind);
  }

  /**
   * Somebody's tokens.
   *
   * @param principal name
   * @throws MillraceException PERMISSION_DENIED; PRINCIPAL_NOT_FOUND
   */
  public List<Token> listOf(String principal, Token.Kind kind, Caller by) {
    CatalogState state = store.state();
    if (!isOwn(principal, by)) {
      requireAdmin(state, by);
    }
    Principal found =
        state
            .principal(principal)
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.PRINCIPAL_NOT_FOUND,
                        "there is no user or service principal " + principal,
                        "look at the list of users"));
    return list(state, found.id(), kind);
  }

  private List<Token> list(CatalogState state, UUID principal, Token.Kind kind) {
    Instant now = store.clock().instant();
    return state
        .tokens(principal)
        .filter(token -> token.kind() == kind && !isExpired(token, now))
        .sorted(Comparator.comparing(Token::created).reversed().thenComparing(Token::id))
        .toList();
  }

  /** Everybody's personal tokens, for metastore admins. */
  public List<Token> listAll(Caller by) {
    CatalogState state = store.state();
    requireAdmin(state, by);
    return java.util.stream.Stream.of(Principal.Kind.USER, Principal.Kind.SERVICE_PRINCIPAL)
        .flatMap(state::principals)
        .sorted(Comparator.comparing(Principal::name))
        .flatMap(principal -> list(state, principal.id(), Token.Kind.PERSONAL).stream())
        .toList();
  }

  /**
   * Makes a token worthless, for the next request on.
   *
   * @param matches what else must be true of the token
   * @throws MillraceException TOKEN_NOT_FOUND, also for somebody else's, unless the caller is a
   *     metastore admin
   */
  public void revoke(UUID id, Predicate<Token> matches, Caller by) {
    audited(
        by,
        "revokeDbToken",
        Map.of("token", id.toString()),
        tx -> {
          Token token =
              tx.state()
                  .token(id)
                  .filter(matches)
                  .filter(
                      found ->
                          isAdmin(tx.state(), by)
                              || (found.principal().equals(by.principal())
                                  && found.kind() == Token.Kind.PERSONAL))
                  .orElseThrow(
                      () ->
                          new MillraceException(
                              ErrorCode.TOKEN_NOT_FOUND,
                              "there is no token " + id,
                              "look at the list of tokens"));
          tx.apply(new Change.DropToken(id));
          Principal owner = tx.state().principal(token.principal()).orElseThrow();
          tx.audit(event(tx.now(), Optional.of(by), "revokeDbToken", owner, token, by.requestId()));
          return id;
        });
  }

  private interface Work<T> {
    T in(Transaction tx);
  }

  private <T> T audited(Caller by, String action, Map<String, String> told, Work<T> work) {
    try {
      return store.write(work::in);
    } catch (MillraceException e) {
      // The gate has told the log of what it refused.
      if (e.code() != ErrorCode.PERMISSION_DENIED) {
        Instant now = store.clock().instant();
        store.audit(List.of(CallerAudit.failed(now, by, action, told, e.code())));
      }
      throw e;
    }
  }

  private static AuditEvent event(
      Instant at,
      Optional<Caller> by,
      String action,
      Principal owner,
      Token token,
      String requestId) {
    Map<String, String> told = new TreeMap<>();
    told.put("token", token.id().toString());
    told.put("kind", token.kind().name());
    told.put("comment", token.comment());
    token.expires().ifPresent(expires -> told.put("expires", expires.toString()));
    return by.map(caller -> CallerAudit.done(at, caller, action, owner, told))
        .orElseGet(
            () ->
                new AuditEvent(
                    at,
                    Optional.empty(),
                    "operator",
                    action,
                    CallerAudit.type(owner.kind()),
                    owner.name(),
                    told,
                    AuditEvent.Outcome.DONE,
                    "",
                    requestId,
                    ""));
  }

  private boolean isOwn(String principal, Caller by) {
    return store
        .state()
        .principal(principal)
        .filter(found -> found.id().equals(by.principal()))
        .isPresent();
  }

  private boolean isAdmin(CatalogState state, Caller by) {
    return gate.allows(state, by, Action.MANAGE_PRINCIPALS, state.metastore());
  }

  private void requireAdmin(CatalogState state, Caller by) {
    // What is done is a line of the log by itself; what is refused is one by the gate.
    if (!isAdmin(state, by)) {
      gate.require(state, by, Action.MANAGE_PRINCIPALS, state.metastore());
    }
  }
}
