package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Catalogs;
import io.millrace.catalog.server.service.Page;
import io.millrace.catalog.server.service.Work;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /catalogs} and {@code /schemas} of Unity Catalog's REST API. */
public final class CatalogResource {
  private final Work work;
  private final Catalogs catalogs;

  public CatalogResource(Work work, Catalogs catalogs) {
    this.work = requireNonNull(work, "work is null");
    this.catalogs = requireNonNull(catalogs, "catalogs is null");
  }

  record CreateCatalog(
      String name,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> storageRoot) {
    CreateCatalog {
      requireNonNull(name, "name");
    }
  }

  record CreateSchema(
      String name,
      String catalogName,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> storageRoot) {
    CreateSchema {
      requireNonNull(name, "name");
      requireNonNull(catalogName, "catalog_name");
    }
  }

  record Update(
      Optional<String> newName,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> owner) {}

  record CatalogInfo(
      String name,
      Optional<String> comment,
      Map<String, String> properties,
      String owner,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String id,
      Optional<String> storageRoot) {}

  record SchemaInfo(
      String name,
      String catalogName,
      Optional<String> comment,
      Map<String, String> properties,
      String fullName,
      String owner,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String schemaId,
      Optional<String> storageRoot) {}

  record CatalogList(List<CatalogInfo> catalogs, Optional<String> nextPageToken) {}

  record SchemaList(List<SchemaInfo> schemas, Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    String sees = "any privilege on it, BROWSE, or ownership of it or of what it is in";
    String manages = "MANAGE on it, or ownership of it or of what it is in";
    return List.of(
        Unity.route(
            "POST",
            "/catalogs",
            new Rule.Decided("CREATE CATALOG on the metastore"),
            request -> {
              CreateCatalog body = request.body(CreateCatalog.class);
              return Reply.of(
                  catalog(
                      catalogs.createCatalog(
                          request.caller(),
                          new Catalogs.Creation(
                              body.name(),
                              body.comment(),
                              body.properties().orElse(Map.of()),
                              body.storageRoot()))));
            }),
        Unity.route(
            "GET",
            "/catalogs",
            new Rule.EveryPrincipal("lists what each may see"),
            request -> {
              Page<Securable> page = catalogs.listCatalogs(request.caller(), request.page());
              return Reply.of(
                  new CatalogList(page.items().stream().map(this::catalog).toList(), page.next()));
            }),
        Unity.route(
            "GET",
            "/catalogs/{name}",
            new Rule.Decided(sees),
            request ->
                Reply.of(
                    catalog(
                        catalogs.find(
                            request.caller(), SecurableType.CATALOG, request.path("name"))))),
        Unity.route(
            "PATCH",
            "/catalogs/{name}",
            new Rule.Decided(manages),
            request ->
                Reply.of(catalog(alter(request, SecurableType.CATALOG, request.path("name"))))),
        Unity.route(
            "DELETE",
            "/catalogs/{name}",
            new Rule.Decided(manages),
            request -> drop(request, SecurableType.CATALOG, request.path("name"))),
        Unity.route(
            "POST",
            "/schemas",
            new Rule.Decided("CREATE SCHEMA and USE CATALOG on the catalog"),
            request -> {
              CreateSchema body = request.body(CreateSchema.class);
              return Reply.of(
                  schema(
                      catalogs.createSchema(
                          request.caller(),
                          body.catalogName(),
                          new Catalogs.Creation(
                              body.name(),
                              body.comment(),
                              body.properties().orElse(Map.of()),
                              body.storageRoot()))));
            }),
        Unity.route(
            "GET",
            "/schemas",
            new Rule.Decided("to see the catalog; lists what each may see"),
            request -> {
              Page<Securable> page =
                  catalogs.listSchemas(
                      request.caller(), request.required("catalog_name"), request.page());
              return Reply.of(
                  new SchemaList(page.items().stream().map(this::schema).toList(), page.next()));
            }),
        Unity.route(
            "GET",
            "/schemas/{full_name}",
            new Rule.Decided(sees),
            request ->
                Reply.of(
                    schema(
                        catalogs.find(
                            request.caller(), SecurableType.SCHEMA, request.path("full_name"))))),
        Unity.route(
            "PATCH",
            "/schemas/{full_name}",
            new Rule.Decided(manages),
            request ->
                Reply.of(schema(alter(request, SecurableType.SCHEMA, request.path("full_name"))))),
        Unity.route(
            "DELETE",
            "/schemas/{full_name}",
            new Rule.Decided(manages),
            request -> drop(request, SecurableType.SCHEMA, request.path("full_name"))));
  }

  private Securable alter(Request request, SecurableType type, String name) {
    Update body = request.body(Update.class);
    return catalogs.alter(
        request.caller(),
        type,
        name,
        new Catalogs.Alteration(body.newName(), body.comment(), body.properties(), body.owner()));
  }

  private Reply drop(Request request, SecurableType type, String name) {
    catalogs.drop(request.caller(), type, name, request.flag("force"));
    return Reply.done();
  }

  private CatalogInfo catalog(Securable it) {
    return new CatalogInfo(
        it.name(),
        it.comment(),
        it.properties(),
        Work.name(work.state(), it.owner()),
        it.created().at().toEpochMilli(),
        Work.name(work.state(), it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(work.state(), it.updated().by()),
        it.id().toString(),
        ((Definition.Catalog) it.definition()).storageRoot());
  }

  private SchemaInfo schema(Securable it) {
    String catalog = work.state().find(it.parent()).map(Securable::name).orElse("");
    return new SchemaInfo(
        it.name(),
        catalog,
        it.comment(),
        it.properties(),
        catalog + "." + it.name(),
        Work.name(work.state(), it.owner()),
        it.created().at().toEpochMilli(),
        Work.name(work.state(), it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(work.state(), it.updated().by()),
        it.id().toString(),
        ((Definition.Schema) it.definition()).storageRoot());
  }
}
