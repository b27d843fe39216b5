package io.millrace.catalog.server.rest;

/** Where Unity Catalog's REST API lies. */
public final class Unity {
  private static final String ROOT = "/api/2.1/unity-catalog";

  private Unity() {}

  /** A route of that API. */
  public static Route route(String method, String path, Rule rule, Route.Handler handler) {
    return new Route(method, ROOT + path, rule, ErrorStyle.UNITY, handler);
  }
}
