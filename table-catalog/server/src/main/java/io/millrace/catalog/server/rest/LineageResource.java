package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.server.lineage.DatasetRef;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.LineageTracking;
import io.millrace.catalog.server.lineage.OpenLineageService;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lineage: OpenLineage's endpoint, Databricks' two, and our own questions. */
public final class LineageResource {
  private static final String SEES =
      "any privilege on the table, BROWSE, or ownership of it or of what it is in";

  private final LineageService lineage;
  private final OpenLineageService events;
  private final LineageTracking tracking;

  public LineageResource(LineageService lineage) {
    this.lineage = requireNonNull(lineage, "lineage is null");
    this.events = new OpenLineageService(lineage);
    this.tracking = new LineageTracking(lineage);
  }

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        new Route(
            "POST",
            "/api/v1/lineage",
            new Rule.EveryPrincipal(
                "MODIFY or MANAGE on each table that the event says is written; tables that the"
                    + " sender does not see are names like any other"),
            ErrorStyle.UNITY,
            request -> {
              events.accept(request.caller(), request.body());
              return Reply.of(201, Map.of());
            }),
        new Route(
            "GET",
            "/api/v1/lineage/events",
            new Rule.EveryPrincipal("of jobs of which each sees everything"),
            ErrorStyle.UNITY,
            this::export),
        databricks(
            "table-lineage",
            request -> {
              Parameters given = Parameters.of(request);
              return Reply.of(
                  tracking.ofTable(
                      request.caller(),
                      given.required("table_name"),
                      given.flag("include_entity_lineage")));
            }),
        databricks(
            "column-lineage",
            request -> {
              Parameters given = Parameters.of(request);
              return Reply.of(
                  tracking.ofColumn(
                      request.caller(),
                      given.required("table_name"),
                      given.required("column_name")));
            }),
        ours("/lineage/tables/{full_name}", request -> around(request, "")),
        ours(
            "/lineage/tables/{full_name}/columns/{column}",
            request -> around(request, request.path("column"))),
        Millrace.route(
            "GET",
            "/lineage/datasets",
            new Rule.EveryPrincipal("of datasets that each sees"),
            request ->
                Millrace.reply(
                    lineage.around(
                        request.caller(),
                        new DatasetRef.Outside(
                            request.required("namespace"), request.required("name")),
                        query(request, "", request.query("column_name").orElse(""))))),
        ours(
            "/lineage/paths",
            request ->
                Millrace.reply(
                    lineage.paths(
                        request.caller(),
                        request.required("from"),
                        request.query("from_column").orElse(""),
                        request.required("to"),
                        request.query("to_column").orElse("")))),
        ours(
            "/lineage/impact/tables/{full_name}",
            request ->
                Millrace.reply(
                    lineage.impact(
                        request.caller(),
                        request.path("full_name"),
                        request.query("column_name").orElse("")))),
        ours(
            "/lineage/impact/functions/{full_name}",
            request ->
                Millrace.reply(
                    lineage.impactOfFunction(request.caller(), request.path("full_name")))),
        ours(
            "/lineage/readers/{full_name}",
            request ->
                Millrace.reply(
                    Map.of(
                        "readers", lineage.readers(request.caller(), request.path("full_name"))))),
        ours(
            "/lineage/provenance/{full_name}",
            request ->
                Millrace.reply(
                    Map.of(
                        "runs",
                        lineage.provenance(
                            request.caller(), request.path("full_name"), version(request))))),
        Millrace.route(
            "GET",
            "/lineage/orphans",
            new Rule.EveryPrincipal("of tables that each sees"),
            request ->
                Millrace.reply(
                    Map.of(
                        "tables",
                        lineage.orphans(
                            request.caller(),
                            Millrace.time(request, "since").orElse(Instant.EPOCH))))));
  }

  private static Route databricks(String name, Route.Handler handler) {
    return new Route(
        "GET",
        "/api/2.0/lineage-tracking/" + name,
        new Rule.Decided(SEES),
        ErrorStyle.UNITY,
        handler);
  }

  private static Route ours(String path, Route.Handler handler) {
    return Millrace.route("GET", path, new Rule.Decided(SEES), handler);
  }

  private Reply around(Request request, String column) {
    return Millrace.reply(
        lineage.around(request.caller(), query(request, request.path("full_name"), column)));
  }

  private static LineageService.Around query(Request request, String table, String column) {
    return new LineageService.Around(
        table,
        column,
        Millrace.choice(request, "direction", LineageService.Direction.BOTH),
        Millrace.number(request, "depth", LineageService.DEPTH_MAX),
        Millrace.time(request, "at"),
        request.flag("only_direct"));
  }

  private static long version(Request request) {
    String text = request.required("version");
    if (!text.matches("\\d{1,18}")) {
      throw Millrace.invalid("version is not a number");
    }
    return Long.parseLong(text);
  }

  private Reply export(Request request) {
    OpenLineageService.Page page =
        events.export(
            request.caller(),
            request.query("table_name"),
            Millrace.time(request, "since").orElse(Instant.EPOCH),
            Millrace.results(request),
            request.query("page_token"));
    return Millrace.reply(new Export(page.events(), page.next()));
  }

  record Export(List<? extends JsonNode> events, Optional<String> nextPageToken) {}

  /** Databricks' clients send parameters in the query, or in the body of a GET. */
  private record Parameters(Request request, Optional<JsonNode> body) {
    static Parameters of(Request request) {
      return new Parameters(
          request, request.bytes().length == 0 ? Optional.empty() : Optional.of(request.body()));
    }

    String required(String name) {
      Optional<String> inBody =
          body.map(node -> node.path(name).asText("")).filter(t -> !t.isEmpty());
      return inBody.orElseGet(() -> request.required(name));
    }

    boolean flag(String name) {
      return body.map(node -> node.path(name).asBoolean(false)).orElse(false) || request.flag(name);
    }
  }
}
