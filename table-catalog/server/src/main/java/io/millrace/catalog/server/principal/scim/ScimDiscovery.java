package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** What a client may learn of the service before it uses it: RFC 7644, section 4. */
public final class ScimDiscovery {
  private static final String CORE = "urn:ietf:params:scim:schemas:core:2.0:";

  private ScimDiscovery() {}

  /** {@code /ServiceProviderConfig} */
  public static ObjectNode config(String base) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("schemas").add(CORE + "ServiceProviderConfig");
    json.putObject("patch").put("supported", true);
    json.putObject("bulk").put("supported", false).put("maxOperations", 0).put("maxPayloadSize", 0);
    json.putObject("filter").put("supported", true).put("maxResults", ScimQuery.COUNT_MAX);
    json.putObject("changePassword").put("supported", false);
    json.putObject("sort").put("supported", false);
    json.putObject("etag").put("supported", false);
    json.putArray("authenticationSchemes")
        .addObject()
        .put("type", "oauthbearertoken")
        .put("name", "Bearer token")
        .put("description", "A personal token or an access token of a metastore admin")
        .put("primary", true);
    json.putObject("meta")
        .put("resourceType", "ServiceProviderConfig")
        .put("location", base + "/ServiceProviderConfig");
    return json;
  }

  /** {@code /ResourceTypes} */
  public static ObjectNode resourceTypes(String base) {
    List<ObjectNode> types = new ArrayList<>();
    for (ScimType type : ScimType.values()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.putArray("schemas").add(CORE + "ResourceType");
      json.put("id", type.resource())
          .put("name", type.resource())
          .put("endpoint", "/" + type.endpoint())
          .put("schema", type.schema());
      json.putObject("meta")
          .put("resourceType", "ResourceType")
          .put("location", base + "/ResourceTypes/" + type.resource());
      types.add(json);
    }
    return ScimJson.list(types.size(), 1, types);
  }

  /** {@code /Schemas}: the attributes that are kept. */
  public static ObjectNode schemas(String base) {
    List<ObjectNode> schemas = new ArrayList<>();
    for (ScimType type : ScimType.values()) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.putArray("schemas").add(CORE + "Schema");
      json.put("id", type.schema()).put("name", type.resource());
      ArrayNode attributes = json.putArray("attributes");
      boolean stays = type == ScimType.SERVICE_PRINCIPAL;
      attribute(attributes, type.nameAttribute(), "string", stays ? "immutable" : "readWrite")
          .put("required", !stays)
          .put("uniqueness", "server");
      if (type == ScimType.GROUP) {
        attribute(attributes, "members", "complex", "readWrite").put("multiValued", true);
      } else {
        attribute(attributes, "displayName", "string", "readWrite");
        attribute(attributes, "active", "boolean", "readWrite");
        attribute(attributes, "groups", "complex", "readOnly").put("multiValued", true);
      }
      json.putObject("meta")
          .put("resourceType", "Schema")
          .put("location", base + "/Schemas/" + type.schema());
      schemas.add(json);
    }
    return ScimJson.list(schemas.size(), 1, schemas);
  }

  private static ObjectNode attribute(
      ArrayNode attributes, String name, String type, String mutability) {
    return attributes
        .addObject()
        .put("name", name)
        .put("type", type)
        .put("multiValued", false)
        .put("required", false)
        .put("caseExact", false)
        .put("mutability", mutability)
        .put("returned", "default")
        .put("uniqueness", "none");
  }
}
