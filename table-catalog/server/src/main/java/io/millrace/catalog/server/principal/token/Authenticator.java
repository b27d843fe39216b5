package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.token.Verdict.Accepted;
import io.millrace.catalog.server.principal.token.Verdict.Reason;
import io.millrace.catalog.server.principal.token.Verdict.Rejected;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.MetadataStore;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds out who calls, by the bearer token of a request: a personal token or an access token. Each
 * request is asked anew, so that a token that was revoked, and a principal that was disabled or
 * deleted, is worth nothing from the next request on. Thread-safe.
 */
public final class Authenticator {
  /** The whole of what somebody with a wrong token is told. */
  static final String PROBLEM = "the request has no valid bearer token";

  private static final String SCHEME = "bearer ";
  private static final int TOKEN_CHARACTERS_MAX = 4096;

  private final MetadataStore store;
  private final AccessTokens accessTokens;
  private final RefusalAudit refusals;

  public Authenticator(MetadataStore store, AccessTokens accessTokens) {
    this.store = requireNonNull(store, "store is null");
    this.accessTokens = requireNonNull(accessTokens, "accessTokens is null");
    this.refusals = new RefusalAudit(store);
  }

  /**
   * Who calls.
   *
   * @param authorization the header of the request, if it has one
   * @throws MillraceException UNAUTHENTICATED, with one text for whatever is wrong;
   *     PERMISSION_DENIED if the token is good and its principal is disabled
   */
  public Caller authenticate(
      Optional<String> authorization, String requestId, String sourceAddress) {
    CatalogState state = store.state();
    Verdict verdict = verdict(state, authorization);
    if (verdict instanceof Rejected rejected) {
      throw refuse(rejected.reason(), Optional.empty(), requestId, sourceAddress);
    }
    Accepted accepted = (Accepted) verdict;
    Optional<Principal> principal =
        state.principal(accepted.principal()).filter(found -> found.kind() != Principal.Kind.GROUP);
    if (principal.isEmpty()) {
      throw refuse(Reason.NO_PRINCIPAL, principal, requestId, sourceAddress);
    }
    Optional<Token> token =
        state
            .token(accepted.credential())
            .filter(found -> found.principal().equals(accepted.principal()));
    if (token.isEmpty()) {
      throw refuse(Reason.REVOKED, principal, requestId, sourceAddress);
    }
    if (TokenService.isExpired(token.get(), store.clock().instant())) {
      throw refuse(Reason.EXPIRED, principal, requestId, sourceAddress);
    }
    if (!principal.get().active()) {
      refusals.add("tokenLogin", Reason.DISABLED, principal, requestId, sourceAddress);
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          principal.get().name() + " is disabled",
          "ask a metastore admin to activate it");
    }
    return new Caller(principal.get().id(), principal.get().name(), requestId, sourceAddress);
  }

  private Verdict verdict(CatalogState state, Optional<String> authorization) {
    if (authorization.isEmpty()
        || !authorization.get().toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      return new Rejected(Reason.NO_TOKEN);
    }
    String text = authorization.get().substring(SCHEME.length()).strip();
    if (text.length() > TOKEN_CHARACTERS_MAX) {
      return new Rejected(Reason.TOO_LONG);
    }
    return text.startsWith(TokenSecret.prefix(Token.Kind.PERSONAL))
        ? personal(state, TokenSecret.given(text))
        : accessTokens.verify(text);
  }

  private static Verdict personal(CatalogState state, TokenSecret given) {
    return state
        .token(given.hash())
        .filter(token -> token.kind() == Token.Kind.PERSONAL && given.belongsTo(token))
        .<Verdict>map(token -> new Accepted(token.principal(), token.id()))
        .orElseGet(() -> new Rejected(Reason.UNKNOWN_TOKEN));
  }

  private MillraceException refuse(
      Reason reason, Optional<Principal> principal, String requestId, String sourceAddress) {
    refusals.add("tokenLogin", reason, principal, requestId, sourceAddress);
    return new MillraceException(
        ErrorCode.UNAUTHENTICATED,
        PROBLEM,
        "send a token that is valid: Authorization: Bearer TOKEN");
  }
}
