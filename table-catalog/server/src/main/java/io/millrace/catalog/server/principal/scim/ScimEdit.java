package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.principal.PrincipalDraft;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What the body of a request says that a principal is to be. */
final class ScimEdit {
  private ScimEdit() {}

  /**
   * A new principal.
   *
   * @throws ScimException invalidValue
   */
  static PrincipalDraft created(ScimType type, JsonNode body) {
    requireObject(body);
    String name = name(type, body);
    PrincipalDraft draft = PrincipalDraft.named(name);
    Optional<String> formatted = people(type, body);
    if (formatted.isPresent()) {
      draft = draft.withDisplayName(formatted.get());
    }
    return put(type, draft, body);
  }

  private static String name(ScimType type, JsonNode body) {
    Optional<String> given = text(body, type.nameAttribute());
    if (given.isPresent()) {
      return given.get();
    }
    if (type == ScimType.SERVICE_PRINCIPAL) {
      return UUID.randomUUID().toString();
    }
    // Clients of Unity Catalog give an e-mail address and no userName.
    return Optional.of(type)
        .filter(kind -> kind == ScimType.USER)
        .flatMap(kind -> email(body))
        .orElseThrow(() -> ScimException.invalidValue(type.nameAttribute() + " is missing"));
  }

  private static Optional<String> email(JsonNode body) {
    Optional<String> first = Optional.empty();
    for (JsonNode email : new AttributePath("emails", Optional.empty(), false).elements(body)) {
      Optional<String> value = email.isObject() ? text(email, "value") : Optional.empty();
      boolean primary =
          email.isObject()
              && AttributePath.field(email, "primary").filter(JsonNode::asBoolean).isPresent();
      if (primary && value.isPresent()) {
        return value;
      }
      first = first.or(() -> value);
    }
    return first;
  }

  /** What a user is called if there is no displayName. */
  private static Optional<String> people(ScimType type, JsonNode body) {
    Optional<JsonNode> name = AttributePath.field(body, "name").filter(JsonNode::isObject);
    if (type != ScimType.USER || name.isEmpty()) {
      return Optional.empty();
    }
    return text(name.get(), "formatted")
        .or(
            () -> {
              String joined =
                  (text(name.get(), "givenName").orElse("")
                          + " "
                          + text(name.get(), "familyName").orElse(""))
                      .strip();
              return Optional.of(joined).filter(text -> !text.isEmpty());
            });
  }

  private static Optional<String> text(JsonNode object, String field) {
    return AttributePath.field(object, field)
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .filter(text -> !text.isEmpty());
  }

  /**
   * A principal with every attribute that the body has; what it leaves out stays, so that nobody is
   * let in again, or loses members, by what was not said.
   *
   * @throws ScimException invalidValue; mutability
   */
  static PrincipalDraft put(ScimType type, PrincipalDraft draft, JsonNode body) {
    requireObject(body);
    PrincipalDraft put = draft;
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      Optional<ScimType.Kept> kept = type.kept(field.getKey());
      if (kept.isPresent()) {
        put = with(type, put, kept.get(), field.getKey(), field.getValue());
      }
    }
    return put;
  }

  private static void requireObject(JsonNode body) {
    if (!(body instanceof ObjectNode)) {
      throw ScimException.invalidSyntax("the body is no JSON object");
    }
  }

  /** With one attribute set. */
  static PrincipalDraft with(
      ScimType type, PrincipalDraft draft, ScimType.Kept kept, String attribute, JsonNode value) {
    return switch (kept) {
      case NAME -> withName(type, draft, attribute, value);
      case DISPLAY_NAME ->
          draft.withDisplayName(value.isNull() ? draft.name() : requireText(attribute, value));
      case EXTERNAL_ID ->
          draft.withExternalId(
              value.isNull()
                  ? Optional.empty()
                  : Optional.of(requireText(attribute, value)).filter(id -> !id.isEmpty()));
      case ACTIVE -> draft.withActive(requireBoolean(attribute, value));
      case MEMBERS -> draft.withMembers(members(value));
    };
  }

  private static PrincipalDraft withName(
      ScimType type, PrincipalDraft draft, String attribute, JsonNode value) {
    String name = requireText(attribute, value);
    if (type == ScimType.SERVICE_PRINCIPAL && !name.equals(draft.name())) {
      throw ScimException.mutability("applicationId stays what it is");
    }
    return type == ScimType.GROUP
        ? draft.withName(name).withDisplayName(name)
        : draft.withName(name);
  }

  private static String requireText(String attribute, JsonNode value) {
    if (!value.isTextual()) {
      throw ScimException.invalidValue(attribute + " is no text");
    }
    return value.textValue();
  }

  /** Entra ID writes "False". */
  private static boolean requireBoolean(String attribute, JsonNode value) {
    String text = value.asText().toLowerCase(Locale.ROOT);
    if (value.isContainerNode() || !(text.equals("true") || text.equals("false"))) {
      throw ScimException.invalidValue(attribute + " is neither true nor false");
    }
    return text.equals("true");
  }

  /**
   * Ids in a list of references, or in one.
   *
   * @throws ScimException invalidValue
   */
  static Set<UUID> members(JsonNode value) {
    Set<UUID> ids = new LinkedHashSet<>();
    if (value.isArray()) {
      value.forEach(each -> ids.add(member(each)));
    } else if (!value.isNull()) {
      ids.add(member(value));
    }
    return ids;
  }

  private static UUID member(JsonNode reference) {
    Optional<String> id =
        reference.isTextual()
            ? Optional.of(reference.textValue())
            : reference.isObject() ? text(reference, "value") : Optional.empty();
    try {
      return UUID.fromString(
          id.orElseThrow(
              () -> ScimException.invalidValue("a member has no id, which is its \"value\"")));
    } catch (IllegalArgumentException e) {
      throw ScimException.invalidValue("the id of a member is none");
    }
  }
}
