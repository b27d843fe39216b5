package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Functions;
import io.millrace.catalog.server.service.Page;
import io.millrace.catalog.server.service.SchemaObjects;
import io.millrace.catalog.server.service.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /functions} of Unity Catalog's REST API. What a client says of a function is given back as
 * it came; what the catalog itself goes by is its name, parameters, return type and body.
 */
public final class FunctionResource {
  private static final Set<String> OURS =
      Set.of(
          "full_name",
          "owner",
          "created_at",
          "created_by",
          "updated_at",
          "updated_by",
          "function_id",
          "comment");
  private static final List<String> REQUIRED =
      List.of(
          "name",
          "catalog_name",
          "schema_name",
          "data_type",
          "full_data_type",
          "routine_body",
          "routine_definition");

  private final Work work;
  private final Functions functions;
  private final SchemaObjects objects;

  public FunctionResource(Work work, Functions functions, SchemaObjects objects) {
    this.work = requireNonNull(work, "work is null");
    this.functions = requireNonNull(functions, "functions is null");
    this.objects = requireNonNull(objects, "objects is null");
  }

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        Unity.route(
            "POST",
            "/functions",
            new Rule.Decided("CREATE FUNCTION on the schema"),
            request -> Reply.of(create(request))),
        Unity.route(
            "GET",
            "/functions",
            new Rule.Decided("to see the schema; lists what each may see"),
            request -> {
              Page<Securable> page =
                  objects.list(
                      request.caller(),
                      SecurableType.FUNCTION,
                      request.required("catalog_name"),
                      request.required("schema_name"),
                      request.page());
              ObjectNode listing = Json.mapper().createObjectNode();
              var items = listing.putArray("functions");
              page.items().forEach(each -> items.add(info(each)));
              page.next().ifPresent(token -> listing.put("next_page_token", token));
              return Reply.of(listing);
            }),
        Unity.route(
            "GET",
            "/functions/{name}",
            new Rule.Decided("any privilege on it, BROWSE, or ownership of it or of what it is in"),
            request ->
                Reply.of(
                    info(
                        objects.find(
                            request.caller(), SecurableType.FUNCTION, request.path("name"))))),
        Unity.route(
            "DELETE",
            "/functions/{name}",
            new Rule.Decided("MANAGE on it, or ownership of it or of what it is in"),
            request -> {
              objects.drop(
                  request.caller(), SecurableType.FUNCTION, request.path("name"), "deleteFunction");
              return Reply.done();
            }));
  }

  private ObjectNode create(Request request) {
    JsonNode function = request.body().path("function_info");
    if (!(function instanceof ObjectNode given)) {
      throw invalid("function_info is missing");
    }
    for (String field : REQUIRED) {
      if (!given.path(field).isTextual()) {
        throw invalid("function_info.%s is missing or is no text".formatted(field));
      }
    }
    if (!given.path("routine_body").asText().equals("SQL")) {
      throw invalid(
          "function_info.routine_body is %s; functions are written in SQL here"
              .formatted(given.path("routine_body").asText()));
    }
    ObjectNode wire = given.deepCopy();
    wire.remove(OURS);
    Securable made =
        functions.create(
            request.caller(),
            new Functions.Creation(
                given.path("catalog_name").asText(),
                given.path("schema_name").asText(),
                given.path("name").asText(),
                Optional.ofNullable(given.path("comment").textValue()),
                new Definition.SqlFunction(
                    parameters(given),
                    given.path("full_data_type").asText(),
                    given.path("routine_definition").asText(),
                    Optional.of(wire.toString()))));
    return info(made);
  }

  private static List<Definition.Parameter> parameters(ObjectNode given) {
    List<Definition.Parameter> parameters = new ArrayList<>();
    for (JsonNode each : given.path("input_params").path("parameters")) {
      if (!each.path("name").isTextual() || !each.path("type_text").isTextual()) {
        throw invalid("a parameter of function_info has no name or no type_text");
      }
      parameters.add(
          new Definition.Parameter(
              each.path("name").asText(),
              each.path("type_text").asText(),
              Optional.ofNullable(each.path("parameter_default").textValue())));
    }
    return parameters;
  }

  private ObjectNode info(Securable it) {
    Definition.SqlFunction function = (Definition.SqlFunction) it.definition();
    JsonNode wire =
        Json.tree(function.wire().orElse("{}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    ObjectNode info = (ObjectNode) wire;
    SchemaParts in = SchemaParts.of(work.state(), it);
    info.put("catalog_name", in.catalog());
    info.put("schema_name", in.schema());
    info.put("name", it.name());
    info.put("full_data_type", function.returnType());
    info.put("routine_definition", function.body());
    info.put("full_name", in.catalog() + "." + in.schema() + "." + it.name());
    info.put("function_id", it.id().toString());
    info.put("owner", Work.name(work.state(), it.owner()));
    info.put("created_at", it.created().at().toEpochMilli());
    info.put("created_by", Work.name(work.state(), it.created().by()));
    info.put("updated_at", it.updated().at().toEpochMilli());
    info.put("updated_by", Work.name(work.state(), it.updated().by()));
    it.comment().ifPresent(text -> info.put("comment", text));
    return info;
  }

  private static MillraceException invalid(String problem) {
    return new MillraceException(
        ErrorCode.ARGUMENT_INVALID,
        problem,
        "see CreateFunctionRequest in Unity Catalog's REST API");
  }
}
