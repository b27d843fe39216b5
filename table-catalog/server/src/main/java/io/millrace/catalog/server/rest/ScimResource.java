package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.principal.PrincipalService;
import io.millrace.catalog.server.principal.scim.ScimDiscovery;
import io.millrace.catalog.server.principal.scim.ScimException;
import io.millrace.catalog.server.principal.scim.ScimQuery;
import io.millrace.catalog.server.principal.scim.ScimService;
import io.millrace.catalog.server.principal.scim.ScimType;
import java.util.ArrayList;
import java.util.List;

/**
 * SCIM 2.0, where Unity Catalog has it and where Databricks has it: users, groups, service
 * principals.
 */
public final class ScimResource {
  /** Where clients of Unity Catalog look. */
  public static final String UNITY = "/api/1.0/unity-control/scim2";

  /** Where clients of Databricks look. */
  public static final String DATABRICKS = "/api/2.0/preview/scim/v2";

  private static final String CONTENT_TYPE = "application/scim+json";

  /** Failures as RFC 7644, section 3.12, tells them. */
  private static final ErrorStyle STYLE =
      (failure, requestId) -> {
        ScimException told = ScimException.of(failure);
        return Reply.of(told.status(), told.toJson()).as(CONTENT_TYPE);
      };

  private static final Rule ADMINS =
      new Rule.Decided("membership in the group of metastore admins");
  private static final Rule EVERYBODY =
      new Rule.EveryPrincipal("tells what the service can, which is no secret");

  private final PrincipalService principals;

  public ScimResource(PrincipalService principals) {
    this.principals = requireNonNull(principals, "principals is null");
  }

  /** All routes. */
  public List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (String base : List.of(UNITY, DATABRICKS)) {
      ScimService scim = new ScimService(principals, base);
      for (ScimType type : ScimType.values()) {
        routes.addAll(routes(base, scim, type));
      }
      routes.add(
          route(
              "GET",
              base + "/Me",
              new Rule.EveryPrincipal("tells each of itself"),
              request -> json(200, scim.me(request.caller()))));
      routes.add(
          route(
              "GET",
              base + "/ServiceProviderConfig",
              EVERYBODY,
              request -> json(200, ScimDiscovery.config(base))));
      routes.add(
          route(
              "GET",
              base + "/ResourceTypes",
              EVERYBODY,
              request -> json(200, ScimDiscovery.resourceTypes(base))));
      routes.add(
          route(
              "GET",
              base + "/Schemas",
              EVERYBODY,
              request -> json(200, ScimDiscovery.schemas(base))));
    }
    return routes;
  }

  private static List<Route> routes(String base, ScimService scim, ScimType type) {
    String all = base + "/" + type.endpoint();
    String one = all + "/{id}";
    return List.of(
        route(
            "POST",
            all,
            ADMINS,
            request -> {
              ObjectNode made = scim.create(type, request::body, request.caller());
              return json(201, made).with("Location", made.at("/meta/location").textValue());
            }),
        route(
            "GET",
            all,
            ADMINS,
            request -> json(200, scim.list(type, query(request), request.caller()))),
        route(
            "GET",
            one,
            ADMINS,
            request ->
                json(200, scim.find(type, request.path("id"), query(request), request.caller()))),
        route(
            "PUT",
            one,
            ADMINS,
            request ->
                json(200, scim.replace(type, request.path("id"), request::body, request.caller()))),
        route(
            "PATCH",
            one,
            ADMINS,
            request ->
                json(200, scim.patch(type, request.path("id"), request::body, request.caller()))),
        route(
            "DELETE",
            one,
            ADMINS,
            request -> {
              scim.delete(type, request.path("id"), request.caller());
              return Reply.noContent();
            }));
  }

  private static Route route(String method, String path, Rule rule, Route.Handler handler) {
    return new Route(method, path, rule, STYLE, handler);
  }

  private static Reply json(int status, ObjectNode body) {
    return Reply.of(status, body).as(CONTENT_TYPE);
  }

  private static ScimQuery query(Request request) {
    return ScimQuery.of(
        request.query("filter"),
        request.query("startIndex"),
        request.query("count"),
        request.query("attributes"),
        request.query("excludedAttributes"));
  }
}
