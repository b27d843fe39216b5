package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.principal.token.AccessTokens;
import io.millrace.catalog.server.principal.token.ClientCredentials;
import io.millrace.catalog.server.principal.token.TokenGrant;
import io.millrace.catalog.server.principal.token.TokenGrant.Granted;
import io.millrace.catalog.server.principal.token.TokenGrant.Refused;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The token endpoint of OAuth 2.0, and the keys that its tokens are verified with. Answers are
 * those of RFC 6749, section 5.
 */
public final class OAuthResource {
  /** Where Databricks has it, and where its clients and those of Unity Catalog are pointed. */
  public static final String TOKEN = "/oidc/v1/token";

  private static final String FORM = "application/x-www-form-urlencoded";
  private static final int FORM_BYTES_MAX = 16 << 10;

  private static final ErrorStyle STYLE =
      (failure, requestId) ->
          switch (failure.code()) {
            case ARGUMENT_INVALID, LIMIT_EXCEEDED ->
                refused(new Refused(400, "invalid_request", failure.problem()));
            default -> refused(new Refused(500, "server_error", failure.remedy()));
          };

  private final ClientCredentials credentials;
  private final AccessTokens accessTokens;

  public OAuthResource(ClientCredentials credentials, AccessTokens accessTokens) {
    this.credentials = requireNonNull(credentials, "credentials is null");
    this.accessTokens = requireNonNull(accessTokens, "accessTokens is null");
  }

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        new Route(
            "POST",
            TOKEN,
            new Rule.Anybody("whoever asks shows a client secret, and gets nothing without"),
            STYLE,
            this::grant),
        new Route(
            "GET",
            "/.well-known/jwks.json",
            new Rule.Anybody("public keys are public"),
            STYLE,
            request ->
                Reply.of(accessTokens.toJwks().getBytes(StandardCharsets.UTF_8))
                    .with("Cache-Control", "public, max-age=300")));
  }

  private Reply grant(Request request) {
    String type = request.header("content-type").orElse("").toLowerCase(Locale.ROOT);
    Optional<Map<String, List<String>>> form =
        type.startsWith(FORM) ? form(request.bytes()) : Optional.empty();
    if (form.isEmpty()) {
      return refused(new Refused(400, "invalid_request", "the body is not " + FORM));
    }
    TokenGrant grant =
        credentials.grant(
            form.get(),
            request.header("authorization"),
            request.requestId(),
            request.sourceAddress());
    return grant instanceof Granted granted ? granted(granted) : refused((Refused) grant);
  }

  private static Optional<Map<String, List<String>>> form(byte[] body) {
    if (body.length > FORM_BYTES_MAX) {
      return Optional.empty();
    }
    Map<String, List<String>> form = new LinkedHashMap<>();
    try {
      for (String pair : new String(body, StandardCharsets.UTF_8).split("&")) {
        if (!pair.isEmpty()) {
          int equals = pair.indexOf('=');
          String name = equals < 0 ? pair : pair.substring(0, equals);
          String value = equals < 0 ? "" : pair.substring(equals + 1);
          form.computeIfAbsent(decoded(name), key -> new ArrayList<>()).add(decoded(value));
        }
      }
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.of(form);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static Reply granted(Granted granted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("access_token", granted.accessToken());
    body.put("token_type", "Bearer");
    body.put("expires_in", granted.lifetime().toSeconds());
    body.put("scope", granted.scope());
    return Reply.of(body).with("Cache-Control", "no-store").with("Pragma", "no-cache");
  }

  private static Reply refused(Refused refused) {
    Reply reply =
        Reply.of(
                refused.status(),
                Map.of("error", refused.error(), "error_description", refused.description()))
            .with("Cache-Control", "no-store");
    return refused.status() == 401
        ? reply.with("WWW-Authenticate", "Basic realm=\"millrace\"")
        : reply;
  }
}
