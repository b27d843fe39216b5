package io.millrace.catalog.server.principal.scim;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.PrincipalService;
import io.millrace.catalog.server.principal.PrincipalService.Changed;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.state.CatalogState;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * SCIM 2.0 over principals: bodies in, bodies out. Only metastore admins may, but for {@link #me};
 * nobody else's body is read. What fails is a {@link ScimException}, or a {@code MillraceException}
 * that {@link ScimException#of} translates. Thread-safe.
 */
public final class ScimService {
  private final PrincipalService principals;
  private final String base;

  /**
   * @param base path that the endpoints are under, for what tells where a resource is
   */
  public ScimService(PrincipalService principals, String base) {
    this.principals = requireNonNull(principals, "principals is null");
    this.base = requireNonNull(base, "base is null");
  }

  /** Makes a resource. */
  public ObjectNode create(ScimType type, Supplier<JsonNode> body, Caller by) {
    requireAdmin(by);
    return json(principals.create(type.kind(), ScimEdit.created(type, body.get()), by));
  }

  /** Tells of a resource. */
  public ObjectNode find(ScimType type, String id, ScimQuery query, Caller by) {
    CatalogState state = principals.read(by);
    Principal found = PrincipalService.find(state, type.kind(), id(type, id));
    return query.reduced(ScimJson.resource(base, state, found, query.wants("members")));
  }

  /** Tells of the resources that a filter lets through, by their names. */
  public ObjectNode list(ScimType type, ScimQuery query, Caller by) {
    CatalogState state = principals.read(by);
    Optional<ScimFilter> filter = query.filter().map(text -> ScimFilterParser.parse(type, text));
    boolean filtersMembers = filter.filter(f -> f.mentions("members")).isPresent();
    List<Principal> found =
        candidates(state, type, filter)
            .filter(
                each ->
                    filter
                        .filter(
                            f -> !f.matches(ScimJson.resource(base, state, each, filtersMembers)))
                        .isEmpty())
            .sorted(ScimJson.byName())
            .toList();
    List<ObjectNode> page =
        found.stream()
            .skip(query.startIndex() - 1L)
            .limit(query.count())
            .map(
                each -> query.reduced(ScimJson.resource(base, state, each, query.wants("members"))))
            .toList();
    return ScimJson.list(found.size(), query.startIndex(), page);
  }

  /** Identity providers ask for one name, or one member, before each change of theirs. */
  private static Stream<Principal> candidates(
      CatalogState state, ScimType type, Optional<ScimFilter> filter) {
    Optional<String> name = filter.flatMap(f -> f.demanded(type.nameAttribute()));
    if (name.isPresent()) {
      return state.principal(name.get()).stream().filter(each -> each.kind() == type.kind());
    }
    Optional<String> member =
        type == ScimType.GROUP ? filter.flatMap(f -> f.demanded("members")) : Optional.empty();
    if (member.isPresent()) {
      return parsed(member.get()).stream()
          .flatMap(id -> state.groups(id).stream())
          .flatMap(group -> state.principal(group).stream());
    }
    return state.principals(type.kind());
  }

  /** Sets what a body says, and leaves what it does not. */
  public ObjectNode replace(ScimType type, String id, Supplier<JsonNode> body, Caller by) {
    requireAdmin(by);
    UUID wanted = id(type, id);
    JsonNode said = body.get();
    return json(
        principals.change(
            type.kind(), wanted, (state, draft) -> ScimEdit.put(type, draft, said), by));
  }

  /** Changes what the operations of a body say. */
  public ObjectNode patch(ScimType type, String id, Supplier<JsonNode> body, Caller by) {
    requireAdmin(by);
    UUID wanted = id(type, id);
    ScimPatch patch = ScimPatch.parse(type, body.get());
    return json(
        principals.change(
            type.kind(),
            wanted,
            (state, draft) ->
                patch.apply(state, PrincipalService.find(state, type.kind(), wanted), draft),
            by));
  }

  /** Removes a resource. */
  public void delete(ScimType type, String id, Caller by) {
    requireAdmin(by);
    principals.drop(type.kind(), id(type, id), by);
  }

  /** Before anything of the request is looked at. */
  private void requireAdmin(Caller by) {
    CatalogState unused = principals.read(by);
  }

  /** The caller. */
  public ObjectNode me(Caller by) {
    return json(principals.self(by));
  }

  private ObjectNode json(Changed changed) {
    return ScimJson.resource(base, changed.state(), changed.principal(), true);
  }

  private static UUID id(ScimType type, String text) {
    return parsed(text).orElseThrow(() -> PrincipalService.notFound(type.kind(), text));
  }

  private static Optional<UUID> parsed(String id) {
    try {
      return Optional.of(UUID.fromString(id));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
