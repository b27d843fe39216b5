package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

/**
 * One thing that can be asked over HTTP.
 *
 * @param method in capitals
 * @param path with parameters in braces
 * @param rule who may
 * @param style how failures are told
 */
public record Route(String method, String path, Rule rule, ErrorStyle style, Handler handler) {
  public Route {
    requireNonNull(method, "method is null");
    requireNonNull(path, "path is null");
    requireNonNull(rule, "rule is null");
    requireNonNull(style, "style is null");
    requireNonNull(handler, "handler is null");
  }

  /** Answers a request. */
  @FunctionalInterface
  public interface Handler {
    Reply answer(Request request);
  }

  /** The same with another path, for APIs that are served in two places. */
  public Route at(String otherPath) {
    return new Route(method, otherPath, rule, style, handler);
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
