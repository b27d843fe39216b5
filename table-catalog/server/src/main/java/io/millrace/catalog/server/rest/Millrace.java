package io.millrace.catalog.server.rest;

/** Where what Millrace adds to Unity Catalog's REST API lies. */
public final class Millrace {
  private static final String ROOT = "/api/2.1/millrace";

  private Millrace() {}

  /** A route of ours. */
  public static Route route(String method, String path, Rule rule, Route.Handler handler) {
    return new Route(method, ROOT + path, rule, ErrorStyle.UNITY, handler);
  }
}
