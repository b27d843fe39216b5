package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Map;
import java.util.Optional;

/** Catalogs and schemas: the containers. Thread-safe. */
public final class Catalogs {
  private final Work work;

  public Catalogs(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * What is to be made.
   *
   * @param storageRoot for managed tables in it
   */
  public record Creation(
      String name,
      Optional<String> comment,
      Map<String, String> properties,
      Optional<String> storageRoot) {
    public Creation {
      properties = Map.copyOf(properties);
    }
  }

  /** What is to change; empty for what is to stay. */
  public record Alteration(
      Optional<String> name,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> owner) {
    public Alteration {
      properties = properties.map(Map::copyOf);
    }
  }

  /**
   * Makes a catalog.
   *
   * @throws MillraceException PERMISSION_DENIED, SECURABLE_EXISTS, ARGUMENT_INVALID,
   *     LOCATION_OVERLAPS
   */
  public Securable createCatalog(Caller caller, Creation creation) {
    SecurableName.valid(SecurableType.CATALOG, creation.name());
    return work.write(
        in -> {
          Securable root = in.state().metastore();
          work.gate().require(in.state(), caller, Action.CREATE_CATALOG, root);
          Optional<String> place =
              creation.storageRoot().map(given -> Places.root(work, in.state(), caller, given));
          return work.add(
              in,
              caller,
              "createCatalog",
              described(
                  Securable.create(
                      SecurableType.CATALOG,
                      root.id(),
                      creation.name(),
                      new Definition.Catalog(place),
                      Work.stamp(in, caller)),
                  creation),
              Map.of());
        });
  }

  /** Makes a schema in a catalog; throws as {@link #createCatalog}, and SECURABLE_NOT_FOUND. */
  public Securable createSchema(Caller caller, String catalog, Creation creation) {
    SecurableName.valid(SecurableType.SCHEMA, creation.name());
    return work.write(
        in -> {
          Securable parent =
              work.gate()
                  .require(
                      in.state(), caller, Action.CREATE_SCHEMA, SecurableType.CATALOG, catalog);
          Optional<String> place =
              creation.storageRoot().map(given -> Places.root(work, in.state(), caller, given));
          return work.add(
              in,
              caller,
              "createSchema",
              described(
                  Securable.create(
                      SecurableType.SCHEMA,
                      parent.id(),
                      creation.name(),
                      new Definition.Schema(place),
                      Work.stamp(in, caller)),
                  creation),
              Map.of());
        });
  }

  private static Securable described(Securable made, Creation creation) {
    return made.withComment(creation.comment(), made.created())
        .withProperties(creation.properties(), made.created());
  }

  /** A catalog or schema that the caller may see. */
  public Securable find(Caller caller, SecurableType type, String fullName) {
    return work.gate().require(work.state(), caller, Action.DESCRIBE, type, fullName);
  }

  /** Catalogs that the caller may see. */
  public Page<Securable> listCatalogs(Caller caller, Page.Request page) {
    CatalogState state = work.state();
    return work.visible(state, caller, state.metastore(), SecurableType.CATALOG, page);
  }

  /** Schemas of a catalog that the caller may see. */
  public Page<Securable> listSchemas(Caller caller, String catalog, Page.Request page) {
    CatalogState state = work.state();
    Securable parent =
        work.gate().require(state, caller, Action.DESCRIBE, SecurableType.CATALOG, catalog);
    return work.visible(state, caller, parent, SecurableType.SCHEMA, page);
  }

  /**
   * Changes a catalog or schema.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     PRINCIPAL_NOT_FOUND, ARGUMENT_INVALID
   */
  public Securable alter(
      Caller caller, SecurableType type, String fullName, Alteration alteration) {
    alteration.name().ifPresent(name -> SecurableName.valid(type, name));
    return work.write(
        in -> {
          boolean onlyOwner =
              alteration.name().isEmpty()
                  && alteration.comment().isEmpty()
                  && alteration.properties().isEmpty()
                  && alteration.owner().isPresent();
          Securable before =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      onlyOwner ? Action.CHANGE_OWNER : Action.ALTER,
                      type,
                      fullName);
          Securable changed = before;
          if (alteration.name().isPresent()) {
            changed = changed.withName(alteration.name().get(), Work.stamp(in, caller));
          }
          if (alteration.comment().isPresent()) {
            // An empty comment takes the comment away, as in Unity Catalog.
            changed =
                changed.withComment(
                    alteration.comment().filter(text -> !text.isEmpty()), Work.stamp(in, caller));
          }
          if (alteration.properties().isPresent()) {
            changed = changed.withProperties(alteration.properties().get(), Work.stamp(in, caller));
          }
          changed = work.handOver(in, caller, changed, alteration.owner());
          return work.replace(
              in,
              caller,
              type == SecurableType.CATALOG ? "updateCatalog" : "updateSchema",
              changed,
              Map.of("before", in.state().fullName(before)));
        });
  }

  /**
   * Drops a catalog or schema.
   *
   * @param force also all that is in it
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_NOT_EMPTY
   */
  public void drop(Caller caller, SecurableType type, String fullName, boolean force) {
    work.write(
        in -> {
          Securable dropped = work.gate().require(in.state(), caller, Action.DROP, type, fullName);
          work.drop(
              in,
              caller,
              type == SecurableType.CATALOG ? "deleteCatalog" : "deleteSchema",
              dropped,
              force);
          return dropped;
        });
  }
}
