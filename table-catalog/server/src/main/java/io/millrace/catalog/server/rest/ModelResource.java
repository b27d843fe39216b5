package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition.Model;
import io.millrace.catalog.server.model.Definition.ModelVersion;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Models;
import io.millrace.catalog.server.service.Page;
import io.millrace.catalog.server.service.SchemaObjects;
import io.millrace.catalog.server.service.Work;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code /models} and their versions, of Unity Catalog's REST API. */
public final class ModelResource {
  private final Work work;
  private final Models models;
  private final SchemaObjects objects;

  public ModelResource(Work work, Models models, SchemaObjects objects) {
    this.work = requireNonNull(work, "work is null");
    this.models = requireNonNull(models, "models is null");
    this.objects = requireNonNull(objects, "objects is null");
  }

  record Create(String catalogName, String schemaName, String name, Optional<String> comment) {
    Create {
      requireNonNull(catalogName, "catalog_name");
      requireNonNull(schemaName, "schema_name");
      requireNonNull(name, "name");
    }
  }

  record CreateVersion(
      String catalogName,
      String schemaName,
      String modelName,
      String source,
      Optional<String> runId,
      Optional<String> comment) {
    CreateVersion {
      requireNonNull(catalogName, "catalog_name");
      requireNonNull(schemaName, "schema_name");
      requireNonNull(modelName, "model_name");
      requireNonNull(source, "source");
    }
  }

  record Update(Optional<String> newName, Optional<String> comment, Optional<String> owner) {}

  record Info(
      String name,
      String catalogName,
      String schemaName,
      String storageLocation,
      String fullName,
      Optional<String> comment,
      String owner,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String id) {}

  record VersionInfo(
      String modelName,
      String catalogName,
      String schemaName,
      long version,
      Optional<String> source,
      Optional<String> runId,
      String status,
      String storageLocation,
      Optional<String> comment,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String id) {}

  record Listing(List<Info> registeredModels, Optional<String> nextPageToken) {}

  record VersionListing(List<VersionInfo> modelVersions, Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    return Stream.concat(modelRoutes().stream(), versionRoutes().stream()).toList();
  }

  private List<Route> modelRoutes() {
    Rule manages = new Rule.Decided("MANAGE on it, or ownership of it or of what it is in");
    return List.of(
        Unity.route(
            "POST",
            "/models",
            new Rule.Decided("CREATE MODEL on the schema"),
            request -> {
              Create body = request.body(Create.class);
              return Reply.of(
                  info(
                      models.create(
                          request.caller(),
                          new Models.Creation(
                              body.catalogName(),
                              body.schemaName(),
                              body.name(),
                              body.comment()))));
            }),
        Unity.route(
            "GET",
            "/models",
            new Rule.Decided("to see the schema; lists what each may see"),
            request -> {
              Page<Securable> page =
                  objects.list(
                      request.caller(),
                      SecurableType.REGISTERED_MODEL,
                      request.required("catalog_name"),
                      request.required("schema_name"),
                      request.page());
              return Reply.of(
                  new Listing(page.items().stream().map(this::info).toList(), page.next()));
            }),
        Unity.route(
            "GET",
            "/models/{full_name}",
            sees(),
            request -> Reply.of(info(models.find(request.caller(), request.path("full_name"))))),
        Unity.route(
            "PATCH",
            "/models/{full_name}",
            manages,
            request -> {
              Update body = request.body(Update.class);
              return Reply.of(
                  info(
                      objects.alter(
                          request.caller(),
                          SecurableType.REGISTERED_MODEL,
                          request.path("full_name"),
                          "updateRegisteredModel",
                          new SchemaObjects.Alteration(
                              body.newName(), body.comment(), body.owner()))));
            }),
        Unity.route(
            "DELETE",
            "/models/{full_name}",
            manages,
            request -> {
              models.drop(request.caller(), request.path("full_name"), request.flag("force"));
              return Reply.done();
            }));
  }

  private static Rule sees() {
    return new Rule.Decided(
        "any privilege on the model, BROWSE, or ownership of it or of what it is in");
  }

  private List<Route> versionRoutes() {
    Rule manages = new Rule.Decided("MANAGE on the model, or ownership of it or of what it is in");
    Rule adds = new Rule.Decided("CREATE MODEL VERSION on the model, or ownership of it");
    return List.of(
        Unity.route(
            "POST",
            "/models/versions",
            adds,
            request -> {
              CreateVersion body = request.body(CreateVersion.class);
              String model = body.catalogName() + "." + body.schemaName() + "." + body.modelName();
              ModelVersion made =
                  models.addVersion(
                      request.caller(),
                      new Models.VersionCreation(
                          model, Optional.of(body.source()), body.runId(), body.comment()));
              return Reply.of(info(models.find(request.caller(), model), made));
            }),
        Unity.route(
            "GET", "/models/{full_name}/versions", sees(), request -> Reply.of(versions(request))),
        Unity.route(
            "GET",
            "/models/{full_name}/versions/{version}",
            sees(),
            request -> {
              String model = request.path("full_name");
              return Reply.of(
                  info(
                      models.find(request.caller(), model),
                      models.findVersion(request.caller(), model, number(request))));
            }),
        Unity.route(
            "PATCH",
            "/models/{full_name}/versions/{version}",
            manages,
            request -> {
              String model = request.path("full_name");
              Update body = request.body(Update.class);
              ModelVersion changed =
                  models.comment(
                      request.caller(), model, number(request), body.comment().orElse(""));
              return Reply.of(info(models.find(request.caller(), model), changed));
            }),
        Unity.route(
            "DELETE",
            "/models/{full_name}/versions/{version}",
            manages,
            request -> {
              models.dropVersion(request.caller(), request.path("full_name"), number(request));
              return Reply.done();
            }),
        Unity.route(
            "PATCH",
            "/models/{full_name}/versions/{version}/finalize",
            adds,
            request -> {
              String model = request.path("full_name");
              ModelVersion changed = models.complete(request.caller(), model, number(request));
              return Reply.of(info(models.find(request.caller(), model), changed));
            }));
  }

  private VersionListing versions(Request request) {
    Securable model = models.find(request.caller(), request.path("full_name"));
    Page.Request wanted = request.page();
    Page<VersionInfo> page =
        Page.of(
            wanted,
            ((Model) model.definition())
                .versions().stream()
                    .sorted(Comparator.comparing(each -> key(each.version())))
                    .filter(each -> key(each.version()).compareTo(wanted.after()) > 0),
            each -> key(each.version()),
            each -> info(model, each));
    return new VersionListing(page.items(), page.next());
  }

  /** Numbers in an order that texts have, too. */
  private static String key(long version) {
    return "%019d".formatted(version);
  }

  private static long number(Request request) {
    try {
      return Long.parseLong(request.path("version"));
    } catch (NumberFormatException e) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID, "the version is not a number", "name the version's number");
    }
  }

  private Info info(Securable it) {
    SchemaParts in = SchemaParts.of(work.state(), it);
    return new Info(
        it.name(),
        in.catalog(),
        in.schema(),
        ((Model) it.definition()).location(),
        in.catalog() + "." + in.schema() + "." + it.name(),
        it.comment(),
        Work.name(work.state(), it.owner()),
        it.created().at().toEpochMilli(),
        Work.name(work.state(), it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(work.state(), it.updated().by()),
        it.id().toString());
  }

  private VersionInfo info(Securable model, ModelVersion version) {
    SchemaParts in = SchemaParts.of(work.state(), model);
    return new VersionInfo(
        model.name(),
        in.catalog(),
        in.schema(),
        version.version(),
        version.source(),
        version.runId(),
        version.status(),
        version.location(),
        version.comment(),
        version.created().at().toEpochMilli(),
        Work.name(work.state(), version.created().by()),
        version.updated().at().toEpochMilli(),
        Work.name(work.state(), version.updated().by()),
        version.id().toString());
  }
}
