package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.service.Tags;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /entity-tag-assignments}, as Databricks' REST API has them. */
public final class TagResource {
  private static final String COLUMNS = "columns";
  private static final Map<String, SecurableType> TYPES =
      Map.of(
          "catalogs", SecurableType.CATALOG,
          "schemas", SecurableType.SCHEMA,
          "tables", SecurableType.TABLE,
          "volumes", SecurableType.VOLUME,
          "functions", SecurableType.FUNCTION,
          "models", SecurableType.REGISTERED_MODEL);

  private final Tags tags;

  public TagResource(Tags tags) {
    this.tags = requireNonNull(tags, "tags is null");
  }

  record Assignment(
      String entityType, String entityName, String tagKey, Optional<String> tagValue) {
    Assignment {
      requireNonNull(entityType, "entity_type");
      requireNonNull(entityName, "entity_name");
      requireNonNull(tagKey, "tag_key");
    }
  }

  record Change(Optional<String> tagValue) {}

  record Assignments(List<Assignment> tagAssignments) {}

  /** All routes. */
  public List<Route> routes() {
    Rule applies =
        new Rule.Decided("APPLY TAG or MANAGE on it, or ownership of it or of what it is in");
    Rule sees =
        new Rule.Decided("any privilege on it, BROWSE, or ownership of it or of what it is in");
    String one = "/entity-tag-assignments/{entity_type}/{entity_name}/tags";
    return List.of(
        Unity.route(
            "POST",
            "/entity-tag-assignments",
            applies,
            request -> {
              Assignment body = request.body(Assignment.class);
              tags.put(
                  request.caller(),
                  target(body.entityType(), body.entityName()),
                  body.tagKey(),
                  body.tagValue().orElse(""));
              return Reply.of(body);
            }),
        Unity.route(
            "GET",
            one,
            sees,
            request ->
                Reply.of(
                    new Assignments(
                        tags.list(request.caller(), target(request)).entrySet().stream()
                            .map(each -> assignment(request, each.getKey(), each.getValue()))
                            .toList()))),
        Unity.route(
            "GET",
            one + "/{tag_key}",
            sees,
            request -> {
              String key = request.path("tag_key");
              String value = tags.list(request.caller(), target(request)).get(key);
              if (value == null) {
                throw Tags.missing(key);
              }
              return Reply.of(assignment(request, key, value));
            }),
        Unity.route(
            "PATCH",
            one + "/{tag_key}",
            applies,
            request -> {
              String key = request.path("tag_key");
              String value = request.body(Change.class).tagValue().orElse("");
              tags.put(request.caller(), target(request), key, value);
              return Reply.of(assignment(request, key, value));
            }),
        Unity.route(
            "DELETE",
            one + "/{tag_key}",
            applies,
            request -> {
              tags.remove(request.caller(), target(request), request.path("tag_key"));
              return Reply.done();
            }));
  }

  private static Assignment assignment(Request request, String key, String value) {
    return new Assignment(
        request.path("entity_type"), request.path("entity_name"), key, Optional.of(value));
  }

  private static Tags.Target target(Request request) {
    return target(request.path("entity_type"), request.path("entity_name"));
  }

  private static Tags.Target target(String type, String name) {
    if (type.equals(COLUMNS)) {
      return Tags.Target.column(name);
    }
    SecurableType securable = TYPES.get(type);
    if (securable == null) {
      throw TableJson.invalid(
          "there are no tags on " + type,
          "use columns, " + String.join(", ", TYPES.keySet().stream().sorted().toList()));
    }
    return new Tags.Target(securable, name, Optional.empty());
  }
}
