package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** A condition on a resource, as RFC 7644, section 3.4.2.2, has it. */
sealed interface ScimFilter {

  boolean matches(JsonNode resource);

  /** Whether it looks at an attribute. */
  boolean mentions(String attribute);

  /** The one value that an attribute must have for this to match, if the filter says so. */
  default Optional<String> demanded(String attribute) {
    return Optional.empty();
  }

  record And(ScimFilter left, ScimFilter right) implements ScimFilter {
    @Override
    public boolean matches(JsonNode resource) {
      return left.matches(resource) && right.matches(resource);
    }

    @Override
    public boolean mentions(String attribute) {
      return left.mentions(attribute) || right.mentions(attribute);
    }

    @Override
    public Optional<String> demanded(String attribute) {
      return left.demanded(attribute).or(() -> right.demanded(attribute));
    }
  }

  record Or(ScimFilter left, ScimFilter right) implements ScimFilter {
    @Override
    public boolean matches(JsonNode resource) {
      return left.matches(resource) || right.matches(resource);
    }

    @Override
    public boolean mentions(String attribute) {
      return left.mentions(attribute) || right.mentions(attribute);
    }
  }

  record Not(ScimFilter inner) implements ScimFilter {
    @Override
    public boolean matches(JsonNode resource) {
      return !inner.matches(resource);
    }

    @Override
    public boolean mentions(String attribute) {
      return inner.mentions(attribute);
    }
  }

  /** {@code attribute[inner]}: one and the same of its values must match. */
  record Within(AttributePath path, ScimFilter inner) implements ScimFilter {
    @Override
    public boolean matches(JsonNode resource) {
      return path.elements(resource).stream().anyMatch(inner::matches);
    }

    @Override
    public boolean mentions(String attribute) {
      return path.is(attribute);
    }
  }

  /** {@code attribute pr}: it is there, and not empty. */
  record Present(AttributePath path) implements ScimFilter {
    @Override
    public boolean matches(JsonNode resource) {
      return path.values(resource).stream()
          .anyMatch(value -> !value.isTextual() || !value.textValue().isEmpty());
    }

    @Override
    public boolean mentions(String attribute) {
      return path.is(attribute);
    }
  }

  /** {@code attribute op value}: one of its values does; for {@code ne}, none is equal. */
  record Compare(AttributePath path, Operator operator, JsonNode value) implements ScimFilter {
    @Override
    public boolean matches(JsonNode resource) {
      if (operator == Operator.NE) {
        return !new Compare(path, Operator.EQ, value).matches(resource);
      }
      if (value.isNull()) {
        return path.values(resource).isEmpty();
      }
      return path.values(resource).stream().anyMatch(this::holds);
    }

    private boolean holds(JsonNode actual) {
      if (actual.isBoolean()) {
        return actual.booleanValue() == Boolean.parseBoolean(value.asText());
      }
      if (isTime()) {
        return operator.holds(instant(actual.asText()).compareTo(instant(value.asText())));
      }
      return isExact()
          ? operator.holds(actual.asText(), value.asText())
          : operator.holds(
              CatalogState.folded(actual.asText()), CatalogState.folded(value.asText()));
    }

    private boolean isExact() {
      return path.is("externalId") || path.is("id");
    }

    boolean isTime() {
      return path.is("meta")
          && path.sub()
              .filter(s -> s.equalsIgnoreCase("created") || s.equalsIgnoreCase("lastModified"))
              .isPresent();
    }

    @Override
    public boolean mentions(String attribute) {
      return path.is(attribute);
    }

    @Override
    public Optional<String> demanded(String attribute) {
      boolean self = path.sub().isEmpty() || path.sub().get().equalsIgnoreCase("value");
      return operator == Operator.EQ && path.is(attribute) && self && value.isTextual()
          ? Optional.of(value.textValue())
          : Optional.empty();
    }

    static Instant instant(String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        throw ScimException.invalidFilter("\"%s\" is no time with an offset".formatted(text));
      }
    }
  }

  /** The comparisons. */
  enum Operator {
    EQ,
    NE,
    CO,
    SW,
    EW,
    GT,
    GE,
    LT,
    LE;

    static Optional<Operator> of(String word) {
      for (Operator operator : values()) {
        if (operator.name().equalsIgnoreCase(word)) {
          return Optional.of(operator);
        }
      }
      return Optional.empty();
    }

    boolean isOrder() {
      return this == GT || this == GE || this == LT || this == LE;
    }

    boolean isPart() {
      return this == CO || this == SW || this == EW;
    }

    boolean holds(String actual, String wanted) {
      return switch (this) {
        case CO -> actual.contains(wanted);
        case SW -> actual.startsWith(wanted);
        case EW -> actual.endsWith(wanted);
        default -> holds(actual.compareTo(wanted));
      };
    }

    boolean holds(int order) {
      return switch (this) {
        case EQ -> order == 0;
        case NE -> order != 0;
        case GT -> order > 0;
        case GE -> order >= 0;
        case LT -> order < 0;
        case LE -> order <= 0;
        case CO, SW, EW -> throw new IllegalStateException(this + " compares texts");
      };
    }
  }
}
