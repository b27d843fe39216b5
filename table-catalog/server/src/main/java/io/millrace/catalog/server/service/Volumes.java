package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes volumes: folders of files. Thread-safe. */
public final class Volumes {
  private final Work work;

  public Volumes(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * What is to be made.
   *
   * @param managed true for a folder that the catalog finds a place for
   * @param location of one that is not managed
   */
  public record Creation(
      String catalog,
      String schema,
      String name,
      boolean managed,
      Optional<String> comment,
      Optional<String> location) {}

  /**
   * Makes a volume.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     ARGUMENT_INVALID, LOCATION_OVERLAPS
   */
  public Securable create(Caller caller, Creation creation) {
    SecurableName.valid(SecurableType.VOLUME, creation.name());
    if (creation.managed() == creation.location().isPresent()) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          creation.managed()
              ? "a managed volume has no storage_location of its own"
              : "an external volume has no storage_location",
          "give a storage_location for an external volume, and none for a managed one");
    }
    return work.write(
        in -> {
          Securable schema =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      Action.CREATE_VOLUME,
                      SecurableType.SCHEMA,
                      creation.catalog() + "." + creation.schema());
          UUID id = UUID.randomUUID();
          String place =
              creation
                  .location()
                  .map(
                      given ->
                          Places.external(
                              work, in.state(), caller, Action.CREATE_EXTERNAL_VOLUME, given))
                  .orElseGet(() -> SchemaObjects.managedPlace(in.state(), schema, "volumes", id));
          return work.add(
              in,
              caller,
              "createVolume",
              SchemaObjects.create(
                  id,
                  SecurableType.VOLUME,
                  schema.id(),
                  creation.name(),
                  creation.comment(),
                  new Definition.Volume(creation.managed(), place),
                  Work.stamp(in, caller)),
              Map.of("location", place));
        });
  }
}
