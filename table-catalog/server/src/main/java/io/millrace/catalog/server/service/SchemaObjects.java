package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What is the same for volumes, functions and models: they lie in a schema. Thread-safe. */
public final class SchemaObjects {
  private final Work work;

  public SchemaObjects(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /** What is to change; empty for what is to stay. */
  public record Alteration(
      Optional<String> name, Optional<String> comment, Optional<String> owner) {
    boolean isOnlyOwner() {
      return owner.isPresent() && name.isEmpty() && comment.isEmpty();
    }
  }

  /**
   * One that the caller may see.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public Securable find(Caller caller, SecurableType type, String fullName) {
    return work.gate().require(work.state(), caller, Action.DESCRIBE, type, fullName);
  }

  /**
   * Those of a schema that the caller may see.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED for the schema
   */
  public Page<Securable> list(
      Caller caller, SecurableType type, String catalog, String schema, Page.Request page) {
    CatalogState state = work.state();
    Securable in =
        work.gate()
            .require(state, caller, Action.DESCRIBE, SecurableType.SCHEMA, catalog + "." + schema);
    return work.visible(state, caller, in, type, page);
  }

  /**
   * Changes name, comment or owner.
   *
   * @param action as the audit log calls it
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     PRINCIPAL_NOT_FOUND, ARGUMENT_INVALID
   */
  public Securable alter(
      Caller caller, SecurableType type, String fullName, String action, Alteration alteration) {
    alteration.name().ifPresent(name -> SecurableName.valid(type, name));
    return work.write(
        in -> {
          Securable before =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      alteration.isOnlyOwner() ? Action.CHANGE_OWNER : Action.ALTER,
                      type,
                      fullName);
          Securable.Stamp stamp = Work.stamp(in, caller);
          Securable changed = before;
          if (alteration.name().isPresent()) {
            changed = changed.withName(alteration.name().get(), stamp);
          }
          if (alteration.comment().isPresent()) {
            changed =
                changed.withComment(alteration.comment().filter(text -> !text.isEmpty()), stamp);
          }
          changed = work.handOver(in, caller, changed, alteration.owner());
          return work.replace(
              in, caller, action, changed, Map.of("before", in.state().fullName(before)));
        });
  }

  /**
   * Takes one out.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public void drop(Caller caller, SecurableType type, String fullName, String action) {
    work.write(
        in -> {
          Securable dropped = work.gate().require(in.state(), caller, Action.DROP, type, fullName);
          work.drop(in, caller, action, dropped, false);
          return dropped;
        });
  }

  /** A place under the schema's root for something that the catalog looks after. */
  static String managedPlace(CatalogState state, Securable schema, String folder, UUID id) {
    return Places.managedRoot(state, schema) + "/" + folder + "/" + id;
  }

  /** A new one with an id that is known before, as its place holds it. */
  static Securable create(
      UUID id,
      SecurableType type,
      UUID schema,
      String name,
      Optional<String> comment,
      io.millrace.catalog.server.model.Definition definition,
      Securable.Stamp created) {
    return new Securable(
        id,
        type,
        schema,
        name,
        created.by(),
        comment,
        Map.of(),
        Map.of(),
        definition,
        created,
        created);
  }
}
