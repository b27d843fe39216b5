package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.http.CatalogClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Users, groups and service principals of a catalog, by their names, over SCIM. */
final class CatalogPrincipals {
  private static final String SCIM = "/api/2.0/preview/scim/v2";

  /** One of SCIM's resources, and the attribute that is a principal's name. */
  enum Kind {
    USER("Users", "userName"),
    GROUP("Groups", "displayName"),
    SERVICE_PRINCIPAL("ServicePrincipals", "applicationId");

    private final String endpoint;
    private final String nameAttribute;

    Kind(String endpoint, String nameAttribute) {
      this.endpoint = endpoint;
      this.nameAttribute = nameAttribute;
    }

    String nameAttribute() {
      return nameAttribute;
    }

    /** Where all of them are. */
    String path() {
      return SCIM + "/" + endpoint;
    }
  }

  private final CatalogClient catalog;

  CatalogPrincipals(CatalogClient catalog) {
    this.catalog = catalog;
  }

  ArrayNode list(Kind kind) {
    return catalog.scimPages(kind.path(), Map.of());
  }

  /**
   * The one of this name.
   *
   * @throws MillraceException PRINCIPAL_NOT_FOUND
   */
  JsonNode require(Kind kind, String name) {
    return find(kind, name)
        .orElseThrow(
            () ->
                notFound(
                    "there is no %s %s".formatted(kind == Kind.GROUP ? "group" : "user", name)));
  }

  /** The id of whoever has this name: all kinds share theirs. */
  String requireAny(String name) {
    return List.of(Kind.values()).stream()
        .flatMap(kind -> find(kind, name).stream())
        .findFirst()
        .orElseThrow(() -> notFound("there is no user, group or service principal " + name))
        .path("id")
        .asText();
  }

  private Optional<JsonNode> find(Kind kind, String name) {
    // SCIM writes texts as JSON does.
    String filter = kind.nameAttribute() + " eq " + TextNode.valueOf(name);
    ArrayNode found = catalog.scimPages(kind.path(), Map.of("filter", filter));
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
  }

  /** Where one is. */
  static String path(Kind kind, JsonNode principal) {
    return kind.path() + "/" + CatalogClient.segment(principal.path("id").asText());
  }

  private static MillraceException notFound(String problem) {
    return new MillraceException(
        ErrorCode.PRINCIPAL_NOT_FOUND,
        problem,
        "see which there are: millrace catalog user list, millrace catalog group list");
  }
}
