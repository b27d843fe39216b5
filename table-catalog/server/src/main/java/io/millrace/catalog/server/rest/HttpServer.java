package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.service.Caller;
import java.net.BindException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves routes over HTTP/1.1 and, without TLS, HTTP/2. A request is authenticated before its body
 * is read; a route that needs a decision and made none fails, whatever it wanted to answer. What is
 * not foreseen is a 500 with a request id, and its reason is in the log only.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int THREADS_MAX = 64;
  private static final long BODY_BYTES_MAX = 8L << 20;
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final int IDLE_MILLIS = 30_000;
  private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

  private final Javalin javalin;

  private HttpServer(Javalin javalin) {
    this.javalin = javalin;
  }

  /**
   * Starts.
   *
   * @param host the interface to listen on
   * @param port 0 for any that is free
   * @throws MillraceException PORT_IN_USE
   */
  public static HttpServer start(
      String host, int port, List<Route> routes, Authentication authentication) {
    requireUnique(routes);
    Javalin javalin =
        Javalin.create(
            config -> {
              settings(config);
              config.jetty.addConnector((server, http) -> connector(server, http, host, port));
              for (Route route : routes) {
                config.routes.addHttpHandler(
                    HandlerType.findOrCreate(route.method()),
                    route.path(),
                    context -> serve(context, route, authentication));
              }
              config.routes.exception(
                  HttpResponseException.class,
                  (e, context) -> unrouted(context, e.getStatus(), String.valueOf(e.getMessage())));
              config.routes.error(
                  404, context -> unrouted(context, 404, "there is nothing at this path"));
            });
    try {
      javalin.start();
      return new HttpServer(javalin);
    } catch (RuntimeException e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof BindException) {
          throw new MillraceException(
              ErrorCode.PORT_IN_USE,
              "port %d of %s is in use".formatted(port, host),
              "stop what uses it, or choose another one with --port",
              e);
        }
      }
      throw e;
    }
  }

  private static void requireUnique(List<Route> routes) {
    Set<String> seen = new HashSet<>();
    for (Route route : routes) {
      if (!seen.add(route.method() + " " + route.path().replaceAll("\\{[^}]*}", "{}"))) {
        throw new IllegalArgumentException("two routes are " + route);
      }
    }
  }

  private static void settings(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = BODY_BYTES_MAX;
    config.http.prefer405over404 = true;
    config.http.defaultContentType = Reply.JSON;
    // A slash that is escaped is part of a name, and no place to cut the path.
    config.router.treatMultipleSlashesAsSingleSlash = false;
    config.router.ignoreTrailingSlashes = true;
    QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX);
    threads.setName("http");
    config.jetty.threadPool = threads;
    config.jetty.modifyHttpConfiguration(HttpServer::settings);
    config.jetty.modifyServletContextHandler(
        handler -> {
          ServletHandler servlets = handler.getServletHandler();
          servlets.setDecodeAmbiguousURIs(true);
        });
  }

  private static void settings(HttpConfiguration http) {
    http.setUriCompliance(
        UriCompliance.from(
            Set.of(
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS)));
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES_MAX);
    http.setIdleTimeout(IDLE_MILLIS);
  }

  /** HTTP/2 is taken up by Upgrade, as Java's own client asks for it, or known before. */
  private static ServerConnector connector(
      Server server, HttpConfiguration http, String host, int port) {
    ServerConnector connector =
        new ServerConnector(
            server, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_MILLIS);
    return connector;
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  private static void serve(Context context, Route route, Authentication authentication) {
    String requestId = UUID.randomUUID().toString();
    context.header("X-Request-Id", requestId);
    Reply reply;
    try {
      reply = answer(context, route, authentication, requestId);
    } catch (MillraceException e) {
      reply = told(route, e, requestId);
    } catch (HttpResponseException e) {
      reply =
          told(
              route,
              new MillraceException(
                  e.getStatus() == 413 ? ErrorCode.LIMIT_EXCEEDED : ErrorCode.ARGUMENT_INVALID,
                  "the request cannot be read: " + e.getMessage(),
                  "send a body of %d MiB at most".formatted(BODY_BYTES_MAX >> 20)),
              requestId);
    } catch (RuntimeException e) {
      LOG.error("A request failed: route={}, requestId={}", route, requestId, e);
      reply = told(route, unforeseen(requestId), requestId);
    }
    send(context, reply);
  }

  private static Reply told(Route route, MillraceException e, String requestId) {
    Reply reply = route.style().reply(e, requestId);
    if (reply.status() >= 500 && e.code() != ErrorCode.INTERNAL) {
      LOG.error("A request failed: route={}, requestId={}", route, requestId, e);
      return route.style().reply(unforeseen(requestId), requestId);
    }
    if (reply.status() == 401) {
      return reply.with("WWW-Authenticate", "Bearer");
    }
    return reply;
  }

  private static MillraceException unforeseen(String requestId) {
    return new MillraceException(
        ErrorCode.INTERNAL,
        "the request failed",
        "look for request %s in the server's log".formatted(requestId));
  }

  private static Reply answer(
      Context context, Route route, Authentication authentication, String requestId) {
    requireMethod(context);
    Caller caller = null;
    if (!(route.rule() instanceof Rule.Anybody)) {
      caller = authentication.authenticate(authorization(context), requestId, context.ip());
    }
    Map<String, String> headers = new HashMap<>();
    context.headerMap().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    Request request =
        new Request(
            caller,
            requestId,
            context.ip(),
            context.pathParamMap(),
            context.queryParamMap(),
            headers,
            Optional.ofNullable(context.contentType()).orElse(""),
            context.bodyAsBytes());
    Reply reply = route.handler().answer(request);
    if (route.rule() instanceof Rule.Decided && requireNonNull(caller).decisions() == 0) {
      throw new IllegalStateException("nobody decided whether the caller may do this");
    }
    return reply;
  }

  /**
   * Javalin takes the method from a header if there is one. A proxy in front of us that lets only
   * GET through has not looked there, and neither have other sites' pages needed to ask.
   */
  private static void requireMethod(Context context) {
    String sent = context.req().getMethod();
    String overridden = context.header(METHOD_OVERRIDE);
    if (overridden != null && !overridden.equals(sent)) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "the request is a %s, and its header %s names another method"
              .formatted(sent, METHOD_OVERRIDE),
          "send the method that is meant");
    }
  }

  /** Of two, a proxy in front of us may have looked at the other one. */
  private static Optional<String> authorization(Context context) {
    List<String> values = Collections.list(context.req().getHeaders("Authorization"));
    if (values.size() > 1) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "the request has %d Authorization headers".formatted(values.size()),
          "send one");
    }
    return values.stream().findFirst();
  }

  private static void send(Context context, Reply reply) {
    context.status(reply.status());
    reply.headers().forEach(context::header);
    if (reply.body() != null) {
      context.contentType(reply.contentType());
      context.result(
          reply.body() instanceof byte[] bytes ? bytes : Json.write(requireNonNull(reply.body())));
    }
  }

  private static void unrouted(Context context, int status, String message) {
    if (context.resultInputStream() != null && context.res().getHeader("X-Request-Id") != null) {
      return;
    }
    context.status(status);
    context.contentType(Reply.JSON);
    String code =
        status == 404 ? "NOT_FOUND" : status == 405 ? "METHOD_NOT_ALLOWED" : "INVALID_ARGUMENT";
    context.result(
        Json.write(Map.of("error_code", code, "message", message, "details", List.of())));
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
