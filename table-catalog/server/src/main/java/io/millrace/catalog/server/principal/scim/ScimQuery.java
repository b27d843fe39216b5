package io.millrace.catalog.server.principal.scim;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What of a list is wanted.
 *
 * @param startIndex of the first, from 1
 * @param count how many at most
 * @param attributes the only ones wanted; all if empty
 * @param excluded attributes that are not wanted
 */
public record ScimQuery(
    Optional<String> filter,
    int startIndex,
    int count,
    Set<String> attributes,
    Set<String> excluded) {
  /** How many are told at once if nobody says. */
  static final int COUNT = 100;

  /** How many are told at once at most. */
  static final int COUNT_MAX = 1000;

  private static final Set<String> ALWAYS = Set.of("id", "schemas");

  public ScimQuery {
    requireNonNull(filter, "filter is null");
    attributes = Set.copyOf(attributes);
    excluded = Set.copyOf(excluded);
  }

  /** Everything, from the first on. */
  public static ScimQuery all() {
    return new ScimQuery(Optional.empty(), 1, COUNT, Set.of(), Set.of());
  }

  /**
   * As the parameters of a URL say it.
   *
   * @throws ScimException invalidValue
   */
  public static ScimQuery of(
      Optional<String> filter,
      Optional<String> startIndex,
      Optional<String> count,
      Optional<String> attributes,
      Optional<String> excluded) {
    return new ScimQuery(
        filter.filter(text -> !text.isBlank()),
        Math.max(1, number("startIndex", startIndex, 1)),
        Math.min(COUNT_MAX, Math.max(0, number("count", count, COUNT))),
        names(attributes),
        names(excluded));
  }

  public ScimQuery matching(String changed) {
    return new ScimQuery(Optional.of(changed), startIndex, count, attributes, excluded);
  }

  private static int number(String name, Optional<String> text, int usual) {
    try {
      return text.map(given -> Integer.parseInt(given.strip())).orElse(usual);
    } catch (NumberFormatException e) {
      throw ScimException.invalidValue("%s is no whole number".formatted(name));
    }
  }

  private static Set<String> names(Optional<String> list) {
    Set<String> names = new HashSet<>();
    for (String each : list.orElse("").split(",")) {
      if (!each.isBlank()) {
        names.add(
            AttributePath.parse(each.strip())
                .orElseThrow(
                    () ->
                        ScimException.invalidValue("the list names something that is no attribute"))
                .attribute()
                .toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  /** Whether an attribute is told. */
  boolean wants(String attribute) {
    String name = attribute.toLowerCase(Locale.ROOT);
    return ALWAYS.contains(name)
        || (!excluded.contains(name) && (attributes.isEmpty() || attributes.contains(name)));
  }

  /** Takes out what is not wanted. */
  ObjectNode reduced(ObjectNode resource) {
    List<String> names = new ArrayList<>();
    resource.fieldNames().forEachRemaining(names::add);
    names.removeIf(this::wants);
    return resource.remove(names);
  }
}
