package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** Principals as SCIM resources. */
final class ScimJson {
  private static final String LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

  private ScimJson() {}

  /**
   * A resource.
   *
   * @param base path that the endpoints are under
   * @param withMembers whether a group's members are wanted, which may be many
   */
  static ObjectNode resource(
      String base, CatalogState state, Principal principal, boolean withMembers) {
    ScimType type = ScimType.of(principal.kind());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("schemas").add(type.schema());
    json.put("id", principal.id().toString());
    principal.externalId().ifPresent(id -> json.put("externalId", id));
    json.put(type.nameAttribute(), principal.name());
    if (type != ScimType.GROUP) {
      json.put("displayName", principal.displayName());
      json.put("active", principal.active());
      json.set("groups", references(base, state, state.groups(principal.id()), "direct"));
    }
    if (type == ScimType.USER) {
      json.putObject("name").put("formatted", principal.displayName());
      json.putArray("emails")
          .addObject()
          .put("value", principal.name())
          .put("type", "work")
          .put("primary", true);
    }
    if (type == ScimType.GROUP && withMembers) {
      json.set("members", references(base, state, state.members(principal.id()), ""));
    }
    json.putObject("meta")
        .put("resourceType", type.resource())
        .put("created", principal.created().toString())
        .put("lastModified", principal.updated().toString())
        .put("location", location(base, principal));
    return json;
  }

  static String location(String base, Principal principal) {
    return "%s/%s/%s".formatted(base, ScimType.of(principal.kind()).endpoint(), principal.id());
  }

  /**
   * References to principals, by their names.
   *
   * @param relation what {@code type} says; empty for what kind of resource each is
   */
  static ArrayNode references(
      String base, CatalogState state, Collection<UUID> ids, String relation) {
    ArrayNode references = JsonNodeFactory.instance.arrayNode(ids.size());
    ids.stream()
        .map(id -> state.principal(id).orElseThrow())
        .sorted(byName())
        .forEach(each -> references.add(reference(base, each, relation)));
    return references;
  }

  static ObjectNode reference(String base, Principal principal, String relation) {
    ScimType type = ScimType.of(principal.kind());
    return JsonNodeFactory.instance
        .objectNode()
        .put("value", principal.id().toString())
        .put("$ref", location(base, principal))
        .put("display", principal.displayName())
        .put("type", relation.isEmpty() ? type.resource() : relation);
  }

  static Comparator<Principal> byName() {
    return Comparator.comparing(principal -> CatalogState.folded(principal.name()));
  }

  static ObjectNode list(int total, int startIndex, List<ObjectNode> resources) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("schemas").add(LIST);
    json.put("totalResults", total);
    json.put("startIndex", startIndex);
    json.put("itemsPerPage", resources.size());
    json.putArray("Resources").addAll(resources);
    return json;
  }
}
