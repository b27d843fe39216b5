package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.PrincipalDraft;
import io.millrace.catalog.server.principal.scim.ScimFilterParser.Target;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The operations of a PATCH, RFC 7644, section 3.5.2, as Okta and Entra ID write them, too: names
 * of operations in any case, values without a path, members to be removed in the value. Applied in
 * order, all or none.
 */
final class ScimPatch {
  private static final int OPERATIONS_MAX = 1000;

  private final ScimType type;
  private final List<Step> steps;

  private ScimPatch(ScimType type, List<Step> steps) {
    this.type = type;
    this.steps = steps;
  }

  private enum Operation {
    ADD,
    REPLACE,
    REMOVE
  }

  /**
   * One change of one attribute.
   *
   * @param attribute as it was written
   */
  private record Step(Operation operation, String attribute, Target target, JsonNode value) {}

  /**
   * Reads a patch.
   *
   * @throws ScimException invalidSyntax; invalidPath; noTarget
   */
  static ScimPatch parse(ScimType type, JsonNode body) {
    JsonNode operations =
        AttributePath.field(body, "Operations")
            .filter(node -> node.isArray() && !node.isEmpty())
            .orElseThrow(() -> ScimException.invalidSyntax("Operations is missing or empty"));
    if (operations.size() > OPERATIONS_MAX) {
      throw ScimException.invalidSyntax(
          "there are %d operations, more than %d".formatted(operations.size(), OPERATIONS_MAX));
    }
    List<Step> steps = new ArrayList<>();
    for (JsonNode operation : operations) {
      steps(type, operation, steps);
    }
    return new ScimPatch(type, List.copyOf(steps));
  }

  private static void steps(ScimType type, JsonNode json, List<Step> steps) {
    Operation operation = operation(json);
    JsonNode value = AttributePath.field(json, "value").orElse(NullNode.instance);
    Optional<JsonNode> path = AttributePath.field(json, "path").filter(node -> !node.isNull());
    if (path.isPresent()) {
      if (!path.get().isTextual()) {
        throw ScimException.invalidPath("path is no text");
      }
      steps.add(step(type, operation, path.get().textValue(), value));
      return;
    }
    if (operation == Operation.REMOVE) {
      throw ScimException.noTarget("remove has no path");
    }
    if (!(value instanceof ObjectNode)) {
      throw ScimException.invalidValue("an operation without a path has no object as its value");
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      steps.add(step(type, operation, field.getKey(), field.getValue()));
    }
  }

  private static Operation operation(JsonNode json) {
    String name =
        AttributePath.field(json, "op")
            .filter(JsonNode::isTextual)
            .map(node -> node.textValue().toUpperCase(Locale.ROOT))
            .orElse("");
    for (Operation operation : Operation.values()) {
      if (operation.name().equals(name)) {
        return operation;
      }
    }
    throw ScimException.invalidSyntax("an operation is none of add, replace and remove");
  }

  private static Step step(ScimType type, Operation operation, String path, JsonNode value) {
    if (isExtension(path)) {
      // {"urn:…:enterprise:2.0:User": {…}}: a schema as a whole, of which nothing is kept.
      return new Step(
          operation,
          path,
          new Target(
              new AttributePath("name", Optional.empty(), true),
              Optional.empty(),
              Optional.empty()),
          value);
    }
    Target target = ScimFilterParser.target(type, path);
    AttributePath attribute = target.path();
    if (!attribute.extension() && !type.knows(attribute.attribute())) {
      throw ScimException.invalidPath(
          "a %s has no attribute %s".formatted(type.resource(), attribute.attribute()));
    }
    return new Step(operation, attribute.attribute(), target, value);
  }

  private static boolean isExtension(String path) {
    String schema = path.toLowerCase(Locale.ROOT);
    return schema.startsWith("urn:") && !schema.startsWith("urn:ietf:params:scim:schemas:core:");
  }

  /**
   * What becomes of a principal.
   *
   * @param before as it is now
   */
  PrincipalDraft apply(CatalogState state, Principal before, PrincipalDraft draft) {
    PrincipalDraft patched = draft;
    for (Step step : steps) {
      patched = apply(state, before, patched, step);
    }
    return patched;
  }

  private PrincipalDraft apply(
      CatalogState state, Principal before, PrincipalDraft draft, Step step) {
    if (step.target().path().extension() || type.isPassedOver(step.attribute())) {
      return draft;
    }
    if (type.isReadOnly(step.attribute())) {
      requireSame(before, step);
      return draft;
    }
    ScimType.Kept kept = type.kept(step.attribute()).orElseThrow();
    if (kept == ScimType.Kept.MEMBERS) {
      return withMembers(state, draft, step);
    }
    if (step.target().filter().isPresent() || step.target().sub().isPresent()) {
      throw ScimException.invalidPath(step.attribute() + " has one value, without parts");
    }
    if (step.operation() == Operation.REMOVE) {
      if (kept == ScimType.Kept.NAME || kept == ScimType.Kept.ACTIVE) {
        throw ScimException.mutability(step.attribute() + " cannot be removed");
      }
      return ScimEdit.with(type, draft, kept, step.attribute(), NullNode.instance);
    }
    return ScimEdit.with(type, draft, kept, step.attribute(), step.value());
  }

  /** Okta sends the id along; that it is the same is no change. */
  private static void requireSame(Principal before, Step step) {
    boolean same =
        step.operation() != Operation.REMOVE
            && (step.target().path().is("schemas")
                || step.target().path().is("meta")
                || (step.target().path().is("id")
                    && step.value().asText().equalsIgnoreCase(before.id().toString())));
    if (!same) {
      throw ScimException.mutability(step.attribute() + " is read only");
    }
  }

  private static PrincipalDraft withMembers(CatalogState state, PrincipalDraft draft, Step step) {
    Target target = step.target();
    if (step.operation() != Operation.REMOVE) {
      if (target.filter().isPresent() || target.sub().isPresent()) {
        throw ScimException.invalidPath("members are added and removed, not changed");
      }
      Set<UUID> given = ScimEdit.members(step.value());
      return step.operation() == Operation.ADD
          ? draft.plusMembers(given)
          : draft.withMembers(given);
    }
    if (target.sub().isPresent()) {
      throw ScimException.invalidPath("members are removed as a whole");
    }
    if (target.filter().isPresent()) {
      return draft.minusMembers(matching(state, draft, target.filter().get()));
    }
    // Entra ID names in the value who is to go; without one everybody is.
    return step.value().isNull()
        ? draft.withMembers(Set.of())
        : draft.minusMembers(ScimEdit.members(step.value()));
  }

  private static Set<UUID> matching(CatalogState state, PrincipalDraft draft, ScimFilter filter) {
    Set<UUID> found = new LinkedHashSet<>();
    for (UUID member : draft.members()) {
      Optional<Principal> principal = state.principal(member);
      if (principal.isPresent() && filter.matches(ScimJson.reference("", principal.get(), ""))) {
        found.add(member);
      }
    }
    return found;
  }
}
