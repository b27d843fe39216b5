package io.millrace.catalog.server.principal.scim;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An attribute, and perhaps an attribute of that: {@code emails.value}. Names are equal whatever
 * their case.
 *
 * @param extension whether it is of a schema that is not the resource's own
 */
record AttributePath(String attribute, Optional<String> sub, boolean extension) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z$][A-Za-z0-9_$-]*");

  AttributePath {
    requireNonNull(attribute, "attribute is null");
    requireNonNull(sub, "sub is null");
  }

  /**
   * Reads one, with or without a schema before it.
   *
   * @return empty if it is none
   */
  static Optional<AttributePath> parse(String text) {
    String path = text;
    boolean extension = false;
    int colon = text.lastIndexOf(':');
    if (colon >= 0) {
      String schema = text.substring(0, colon).toLowerCase(Locale.ROOT);
      if (!schema.startsWith("urn:")) {
        return Optional.empty();
      }
      path = text.substring(colon + 1);
      extension = !schema.startsWith("urn:ietf:params:scim:schemas:core:");
    }
    String[] parts = path.split("\\.", -1);
    if (parts.length > 2) {
      return Optional.empty();
    }
    for (String part : parts) {
      if (!NAME.matcher(part).matches()) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new AttributePath(
            parts[0], parts.length == 2 ? Optional.of(parts[1]) : Optional.empty(), extension));
  }

  boolean is(String name) {
    return attribute.equalsIgnoreCase(name);
  }

  /** The values in a resource; of a complex attribute itself, what it has as {@code value}. */
  List<JsonNode> values(JsonNode resource) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode each : elements(resource)) {
      if (sub.isPresent()) {
        found.addAll(flat(field(each, sub.get())));
      } else if (each.isObject()) {
        List<JsonNode> value = flat(field(each, "value"));
        found.addAll(value.isEmpty() ? List.of(each) : value);
      } else {
        found.add(each);
      }
    }
    return found;
  }

  /** The values of the attribute as they are, each of several. */
  List<JsonNode> elements(JsonNode resource) {
    return extension ? List.of() : flat(field(resource, attribute));
  }

  private static List<JsonNode> flat(Optional<JsonNode> node) {
    if (node.isEmpty() || node.get().isNull()) {
      return List.of();
    }
    if (!node.get().isArray()) {
      return List.of(node.get());
    }
    List<JsonNode> all = new ArrayList<>();
    node.get().forEach(all::add);
    return all;
  }

  /** A field of an object, whatever the case of its name. */
  static Optional<JsonNode> field(JsonNode object, String name) {
    JsonNode exact = object.get(name);
    if (exact != null) {
      return Optional.of(exact);
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name)) {
        return Optional.of(field.getValue());
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return sub.map(name -> attribute + "." + name).orElse(attribute);
  }
}
