package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Page;
import io.millrace.catalog.server.service.SchemaObjects;
import io.millrace.catalog.server.service.Volumes;
import io.millrace.catalog.server.service.Work;
import java.util.List;
import java.util.Optional;

/** {@code /volumes} of Unity Catalog's REST API. */
public final class VolumeResource {
  private static final String MANAGED = "MANAGED";
  private static final String EXTERNAL = "EXTERNAL";

  private final Work work;
  private final Volumes volumes;
  private final SchemaObjects objects;

  public VolumeResource(Work work, Volumes volumes, SchemaObjects objects) {
    this.work = requireNonNull(work, "work is null");
    this.volumes = requireNonNull(volumes, "volumes is null");
    this.objects = requireNonNull(objects, "objects is null");
  }

  record Create(
      String catalogName,
      String schemaName,
      String name,
      String volumeType,
      Optional<String> comment,
      Optional<String> storageLocation) {
    Create {
      requireNonNull(catalogName, "catalog_name");
      requireNonNull(schemaName, "schema_name");
      requireNonNull(name, "name");
      requireNonNull(volumeType, "volume_type");
    }
  }

  record Update(Optional<String> newName, Optional<String> comment, Optional<String> owner) {}

  record Info(
      String catalogName,
      String schemaName,
      String name,
      Optional<String> comment,
      String owner,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String volumeId,
      String volumeType,
      String storageLocation,
      String fullName) {}

  record Listing(List<Info> volumes, Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    String sees = "any privilege on it, BROWSE, or ownership of it or of what it is in";
    String manages = "MANAGE on it, or ownership of it or of what it is in";
    return List.of(
        Unity.route(
            "POST",
            "/volumes",
            new Rule.Decided(
                "CREATE VOLUME on the schema, and CREATE EXTERNAL VOLUME on the external location"),
            request -> {
              Create body = request.body(Create.class);
              return Reply.of(
                  info(
                      volumes.create(
                          request.caller(),
                          new Volumes.Creation(
                              body.catalogName(),
                              body.schemaName(),
                              body.name(),
                              isManaged(body.volumeType()),
                              body.comment(),
                              body.storageLocation()))));
            }),
        Unity.route(
            "GET",
            "/volumes",
            new Rule.Decided("to see the schema; lists what each may see"),
            request -> {
              Page<Securable> page =
                  objects.list(
                      request.caller(),
                      SecurableType.VOLUME,
                      request.required("catalog_name"),
                      request.required("schema_name"),
                      request.page());
              return Reply.of(
                  new Listing(page.items().stream().map(this::info).toList(), page.next()));
            }),
        Unity.route(
            "GET",
            "/volumes/{name}",
            new Rule.Decided(sees),
            request ->
                Reply.of(
                    info(
                        objects.find(
                            request.caller(), SecurableType.VOLUME, request.path("name"))))),
        Unity.route(
            "PATCH",
            "/volumes/{name}",
            new Rule.Decided(manages),
            request -> {
              Update body = request.body(Update.class);
              return Reply.of(
                  info(
                      objects.alter(
                          request.caller(),
                          SecurableType.VOLUME,
                          request.path("name"),
                          "updateVolume",
                          new SchemaObjects.Alteration(
                              body.newName(), body.comment(), body.owner()))));
            }),
        Unity.route(
            "DELETE",
            "/volumes/{name}",
            new Rule.Decided(manages),
            request -> {
              objects.drop(
                  request.caller(), SecurableType.VOLUME, request.path("name"), "deleteVolume");
              return Reply.done();
            }));
  }

  private static boolean isManaged(String type) {
    if (!type.equals(MANAGED) && !type.equals(EXTERNAL)) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID, "volume_type is " + type, "use MANAGED or EXTERNAL");
    }
    return type.equals(MANAGED);
  }

  private Info info(Securable it) {
    Definition.Volume volume = (Definition.Volume) it.definition();
    SchemaParts in = SchemaParts.of(work.state(), it);
    return new Info(
        in.catalog(),
        in.schema(),
        it.name(),
        it.comment(),
        Work.name(work.state(), it.owner()),
        it.created().at().toEpochMilli(),
        Work.name(work.state(), it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(work.state(), it.updated().by()),
        it.id().toString(),
        volume.managed() ? MANAGED : EXTERNAL,
        volume.location(),
        in.catalog() + "." + in.schema() + "." + it.name());
  }
}
