package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.ExternalLocations;
import io.millrace.catalog.server.service.Page;
import io.millrace.catalog.server.service.StorageCredentials;
import io.millrace.catalog.server.service.Work;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /external-locations}, {@code /credentials} and {@code /metastore_summary} of Unity
 * Catalog's REST API.
 */
public final class StorageResource {
  private static final String PURPOSE = "STORAGE";

  private final Work work;
  private final ExternalLocations locations;
  private final StorageCredentials credentials;

  public StorageResource(Work work, ExternalLocations locations, StorageCredentials credentials) {
    this.work = requireNonNull(work, "work is null");
    this.locations = requireNonNull(locations, "locations is null");
    this.credentials = requireNonNull(credentials, "credentials is null");
  }

  record AwsRole(String roleArn, Optional<String> externalId) {
    AwsRole {
      requireNonNull(roleArn, "role_arn");
    }
  }

  record CreateCredential(
      String name,
      Optional<String> comment,
      Optional<AwsRole> awsIamRole,
      Optional<String> purpose,
      Optional<Boolean> readOnly) {
    CreateCredential {
      requireNonNull(name, "name");
    }
  }

  record UpdateCredential(
      Optional<String> newName,
      Optional<String> comment,
      Optional<String> owner,
      Optional<AwsRole> awsIamRole) {}

  record CredentialInfo(
      String name,
      Optional<AwsRole> awsIamRole,
      Optional<String> comment,
      String owner,
      String fullName,
      String id,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy,
      String purpose,
      boolean readOnly) {}

  record CredentialList(List<CredentialInfo> credentials, Optional<String> nextPageToken) {}

  record CreateLocation(String name, String url, String credentialName, Optional<String> comment) {
    CreateLocation {
      requireNonNull(name, "name");
      requireNonNull(url, "url");
      requireNonNull(credentialName, "credential_name");
    }
  }

  record UpdateLocation(
      Optional<String> newName,
      Optional<String> url,
      Optional<String> credentialName,
      Optional<String> comment,
      Optional<String> owner) {}

  record LocationInfo(
      String name,
      String id,
      String url,
      Optional<String> credentialName,
      String credentialId,
      Optional<String> comment,
      String owner,
      long createdAt,
      String createdBy,
      long updatedAt,
      String updatedBy) {}

  record LocationList(List<LocationInfo> externalLocations, Optional<String> nextPageToken) {}

  /** All routes. */
  public List<Route> routes() {
    Rule sees = new Rule.Decided("any privilege on it, BROWSE, ownership, metastore admins");
    Rule manages = new Rule.Decided("MANAGE on it, or ownership of it");
    Rule lists = new Rule.EveryPrincipal("lists what each may see");
    return List.of(
        Unity.route(
            "GET",
            "/metastore_summary",
            new Rule.EveryPrincipal("tells which metastore this is"),
            request -> Reply.of(Map.of("metastore_id", work.state().metastore().id().toString()))),
        Unity.route(
            "POST",
            "/credentials",
            new Rule.Decided("CREATE STORAGE CREDENTIAL on the metastore, metastore admins"),
            request -> {
              CreateCredential body = request.body(CreateCredential.class);
              requirePurpose(body.purpose());
              return Reply.of(
                  credential(
                      credentials.create(
                          request.caller(),
                          new StorageCredentials.Creation(
                              body.name(),
                              body.comment(),
                              body.awsIamRole().map(AwsRole::roleArn),
                              body.readOnly().orElse(false)))));
            }),
        Unity.route(
            "GET",
            "/credentials",
            lists,
            request -> {
              requirePurpose(request.query("purpose"));
              Page<Securable> page = credentials.list(request.caller(), request.page());
              return Reply.of(
                  new CredentialList(
                      page.items().stream().map(this::credential).toList(), page.next()));
            }),
        Unity.route(
            "GET",
            "/credentials/{name}",
            sees,
            request ->
                Reply.of(credential(credentials.find(request.caller(), request.path("name"))))),
        Unity.route(
            "PATCH",
            "/credentials/{name}",
            manages,
            request -> {
              UpdateCredential body = request.body(UpdateCredential.class);
              return Reply.of(
                  credential(
                      credentials.alter(
                          request.caller(),
                          request.path("name"),
                          new StorageCredentials.Alteration(
                              body.newName(),
                              body.comment(),
                              body.owner(),
                              body.awsIamRole().map(AwsRole::roleArn)))));
            }),
        Unity.route(
            "DELETE",
            "/credentials/{name}",
            manages,
            request -> {
              credentials.drop(request.caller(), request.path("name"), request.flag("force"));
              return Reply.done();
            }),
        Unity.route(
            "POST",
            "/external-locations",
            new Rule.Decided(
                "CREATE EXTERNAL LOCATION on the metastore and on the credential, metastore"
                    + " admins"),
            request -> {
              CreateLocation body = request.body(CreateLocation.class);
              return Reply.of(
                  location(
                      locations.create(
                          request.caller(),
                          new ExternalLocations.Creation(
                              body.name(), body.url(), body.credentialName(), body.comment()))));
            }),
        Unity.route(
            "GET",
            "/external-locations",
            lists,
            request -> {
              Page<Securable> page = locations.list(request.caller(), request.page());
              return Reply.of(
                  new LocationList(
                      page.items().stream().map(this::location).toList(), page.next()));
            }),
        Unity.route(
            "GET",
            "/external-locations/{name}",
            sees,
            request -> Reply.of(location(locations.find(request.caller(), request.path("name"))))),
        Unity.route(
            "PATCH",
            "/external-locations/{name}",
            manages,
            request -> {
              UpdateLocation body = request.body(UpdateLocation.class);
              return Reply.of(
                  location(
                      locations.alter(
                          request.caller(),
                          request.path("name"),
                          new ExternalLocations.Alteration(
                              body.newName(),
                              body.url(),
                              body.credentialName(),
                              body.comment(),
                              body.owner()))));
            }),
        Unity.route(
            "DELETE",
            "/external-locations/{name}",
            manages,
            request -> {
              locations.drop(request.caller(), request.path("name"), request.flag("force"));
              return Reply.done();
            }));
  }

  private static void requirePurpose(Optional<String> purpose) {
    if (purpose.isPresent() && !purpose.get().equals(PURPOSE)) {
      throw TableJson.invalid(
          "credentials for the purpose %s are not kept here"
              .formatted(purpose.get().replaceAll("\\p{Cntrl}", "?")),
          "use the purpose STORAGE");
    }
  }

  private CredentialInfo credential(Securable it) {
    Definition.StorageCredential definition = (Definition.StorageCredential) it.definition();
    return new CredentialInfo(
        it.name(),
        // The server assumes the role with this id and no other, so that a role's owner can tell.
        definition.roleArn().map(arn -> new AwsRole(arn, Optional.of(it.id().toString()))),
        it.comment(),
        Work.name(work.state(), it.owner()),
        it.name(),
        it.id().toString(),
        it.created().at().toEpochMilli(),
        Work.name(work.state(), it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(work.state(), it.updated().by()),
        PURPOSE,
        definition.readOnly());
  }

  private LocationInfo location(Securable it) {
    Definition.ExternalLocation definition = (Definition.ExternalLocation) it.definition();
    return new LocationInfo(
        it.name(),
        it.id().toString(),
        definition.url(),
        work.state().find(definition.credential()).map(Securable::name),
        definition.credential().toString(),
        it.comment(),
        Work.name(work.state(), it.owner()),
        it.created().at().toEpochMilli(),
        Work.name(work.state(), it.created().by()),
        it.updated().at().toEpochMilli(),
        Work.name(work.state(), it.updated().by()));
  }
}
