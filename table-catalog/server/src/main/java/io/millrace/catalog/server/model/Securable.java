package io.millrace.catalog.server.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.millrace.catalog.access.SecurableType;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Something that privileges are granted on. Known by its id for ever; its name may change, and be
 * that of another one later.
 *
 * @param parent what it is in; the metastore is in itself
 * @param name last part of the full name, as it was given
 * @param owner id of a user, group or service principal
 * @param properties for whoever uses it; the catalog does not look at them
 * @param tags by name
 * @param definition what it is beside that
 */
public record Securable(
    UUID id,
    SecurableType type,
    UUID parent,
    String name,
    UUID owner,
    Optional<String> comment,
    Map<String, String> properties,
    Map<String, String> tags,
    Definition definition,
    Stamp created,
    Stamp updated) {
  public Securable {
    requireNonNull(id, "id is null");
    requireNonNull(type, "type is null");
    requireNonNull(parent, "parent is null");
    requireNonNull(name, "name is null");
    requireNonNull(owner, "owner is null");
    requireNonNull(comment, "comment is null");
    properties = java.util.Collections.unmodifiableMap(new TreeMap<>(properties));
    tags = java.util.Collections.unmodifiableMap(new TreeMap<>(tags));
    requireNonNull(definition, "definition is null");
    requireNonNull(created, "created is null");
    requireNonNull(updated, "updated is null");
  }

  /**
   * When and by whom.
   *
   * @param by id of a principal, which may be gone
   */
  public record Stamp(Instant at, UUID by) {
    public Stamp {
      requireNonNull(at, "at is null");
      requireNonNull(by, "by is null");
    }
  }

  /** A new one, without comment, properties and tags, owned by who makes it. */
  public static Securable create(
      SecurableType type, UUID parent, String name, Definition definition, Stamp created) {
    return new Securable(
        UUID.randomUUID(),
        type,
        parent,
        name,
        created.by(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        definition,
        created,
        created);
  }

  /** Whether this is the metastore, which is in nothing. */
  @JsonIgnore
  public boolean isRoot() {
    return id.equals(parent);
  }

  public Securable withName(String changed, Stamp by) {
    return new Securable(
        id, type, parent, changed, owner, comment, properties, tags, definition, created, by);
  }

  public Securable withOwner(UUID changed, Stamp by) {
    return new Securable(
        id, type, parent, name, changed, comment, properties, tags, definition, created, by);
  }

  public Securable withComment(Optional<String> changed, Stamp by) {
    return new Securable(
        id, type, parent, name, owner, changed, properties, tags, definition, created, by);
  }

  public Securable withProperties(Map<String, String> changed, Stamp by) {
    return new Securable(
        id, type, parent, name, owner, comment, changed, tags, definition, created, by);
  }

  public Securable withTags(Map<String, String> changed, Stamp by) {
    return new Securable(
        id, type, parent, name, owner, comment, properties, changed, definition, created, by);
  }

  public Securable withDefinition(Definition changed, Stamp by) {
    return new Securable(
        id, type, parent, name, owner, comment, properties, tags, changed, created, by);
  }
}
