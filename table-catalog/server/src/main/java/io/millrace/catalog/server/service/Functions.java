package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes functions that are written in SQL; row filters and column masks are such. Thread-safe. */
public final class Functions {
  private final Work work;

  public Functions(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /** What is to be made. */
  public record Creation(
      String catalog,
      String schema,
      String name,
      Optional<String> comment,
      Definition.SqlFunction function) {}

  /**
   * Makes a function.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     ARGUMENT_INVALID
   */
  public Securable create(Caller caller, Creation creation) {
    SecurableName.valid(SecurableType.FUNCTION, creation.name());
    return work.write(
        in -> {
          Securable schema =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      Action.CREATE_FUNCTION,
                      SecurableType.SCHEMA,
                      creation.catalog() + "." + creation.schema());
          return work.add(
              in,
              caller,
              "createFunction",
              SchemaObjects.create(
                  UUID.randomUUID(),
                  SecurableType.FUNCTION,
                  schema.id(),
                  creation.name(),
                  creation.comment(),
                  creation.function(),
                  Work.stamp(in, caller)),
              Map.of());
        });
  }
}
