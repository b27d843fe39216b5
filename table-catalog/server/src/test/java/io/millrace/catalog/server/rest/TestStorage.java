package io.millrace.catalog.server.rest;

import static io.millrace.catalog.server.rest.ClientFailures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.CredentialsApi;
import io.unitycatalog.client.api.ExternalLocationsApi;
import io.unitycatalog.client.api.MetastoresApi;
import io.unitycatalog.client.model.AwsIamRoleRequest;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateCredentialRequest;
import io.unitycatalog.client.model.CreateExternalLocation;
import io.unitycatalog.client.model.CredentialInfo;
import io.unitycatalog.client.model.CredentialPurpose;
import io.unitycatalog.client.model.ExternalLocationInfo;
import io.unitycatalog.client.model.ListExternalLocationsResponse;
import io.unitycatalog.client.model.UpdateCredentialRequest;
import io.unitycatalog.client.model.UpdateExternalLocation;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** External locations, storage credentials, the metastore, by Unity Catalog's official client. */
class TestStorage {
  private static final String ROLE = "arn:aws:iam::123456789012:role/lake";

  @TempDir private Path folder;
  private CatalogServer server;
  private CredentialsApi credentials;
  private ExternalLocationsApi locations;

  @BeforeEach
  void start() {
    server = CatalogServer.start(folder);
    credentials = new CredentialsApi(server.as(CatalogServer.ADMIN));
    locations = new ExternalLocationsApi(server.as(CatalogServer.ADMIN));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static CreateCredentialRequest aws(String name) {
    return new CreateCredentialRequest()
        .name(name)
        .purpose(CredentialPurpose.STORAGE)
        .awsIamRole(new AwsIamRoleRequest().roleArn(ROLE));
  }

  private static CreateExternalLocation at(String name, String url) {
    return new CreateExternalLocation().name(name).url(url).credentialName("k");
  }

  @Test
  void theMetastoreKeepsItsId() throws Exception {
    String id = new MetastoresApi(server.as("eve@x")).summary().getMetastoreId();
    assertThat(UUID.fromString(id)).isNotNull();
    server.close();
    server = CatalogServer.restart(folder, Clock.systemUTC());
    assertThat(new MetastoresApi(server.as("eve@x")).summary().getMetastoreId()).isEqualTo(id);
  }

  @Test
  void aCredentialIsMadeReadChangedAndDropped() throws Exception {
    CredentialInfo made = credentials.createCredential(aws("k").comment("c"));

    assertThat(made.getAwsIamRole().getRoleArn()).isEqualTo(ROLE);
    assertThat(made.getAwsIamRole().getExternalId()).isEqualTo(made.getId());
    assertThat(made.getOwner()).isEqualTo(CatalogServer.ADMIN);
    assertThat(made.getPurpose()).isEqualTo(CredentialPurpose.STORAGE);
    assertThat(credentials.getCredential("K")).isEqualTo(made);
    assertFails(400, "CREDENTIAL_ALREADY_EXISTS", () -> credentials.createCredential(aws("K")));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "is no AWS role",
        () ->
            credentials.createCredential(
                aws("b").awsIamRole(new AwsIamRoleRequest().roleArn("arn:aws:s3:::b"))));
    CredentialInfo changed =
        credentials.updateCredential(
            "k",
            new UpdateCredentialRequest()
                .newName("k2")
                .comment("")
                .awsIamRole(new AwsIamRoleRequest().roleArn(ROLE + "2")));
    assertThat(changed.getId()).isEqualTo(made.getId());
    assertThat(changed.getComment()).isNull();
    assertThat(changed.getAwsIamRole().getRoleArn()).isEqualTo(ROLE + "2");
    assertThat(credentials.listCredentials(null, null, CredentialPurpose.STORAGE).getCredentials())
        .extracting(CredentialInfo::getName)
        .containsExactly("k2");
    credentials.deleteCredential("k2", false);
    assertFails(404, "CREDENTIAL_NOT_FOUND", () -> credentials.getCredential("k2"));
    HttpResponse<String> service =
        server.send(
            CatalogServer.ADMIN,
            "POST",
            "/api/2.1/unity-catalog/credentials",
            "{\"name\":\"x\",\"purpose\":\"SERVICE\"}");
    assertThat(service.statusCode()).isEqualTo(400);
  }

  @Test
  void aLocationIsMadeReadChangedAndDropped() throws Exception {
    CredentialInfo credential = credentials.createCredential(aws("k"));
    ExternalLocationInfo made =
        locations.createExternalLocation(at("l", "s3a://Bucket/data/").comment("c"));

    assertThat(made.getUrl()).isEqualTo("s3://bucket/data");
    assertThat(made.getCredentialId()).isEqualTo(credential.getId());
    assertThat(made.getCredentialName()).isEqualTo("k");
    assertThat(locations.getExternalLocation("L")).isEqualTo(made);
    ExternalLocationInfo changed =
        locations.updateExternalLocation(
            "l", new UpdateExternalLocation().newName("m").url("s3://bucket/other"));
    assertThat(changed.getId()).isEqualTo(made.getId());
    assertThat(changed.getUrl()).isEqualTo("s3://bucket/other");
    assertThat(changed.getComment()).isEqualTo("c");
    assertFails(
        400,
        "FAILED_PRECONDITION",
        "an external location uses storage credential k",
        () -> credentials.deleteCredential("k", false));
    locations.deleteExternalLocation("m", false);
    assertFails(404, "EXTERNAL_LOCATION_NOT_FOUND", () -> locations.getExternalLocation("m"));
    credentials.deleteCredential("k", false);
  }

  @Test
  void noLocationLiesInAnother() throws Exception {
    credentials.createCredential(aws("k"));
    locations.createExternalLocation(at("l", "s3://bucket/a/b"));

    for (String overlapping :
        List.of("s3://bucket/a/b", "s3n://BUCKET/a/b/", "s3://bucket/a", "s3://bucket/a/b/c")) {
      assertFails(
          400,
          "INVALID_ARGUMENT",
          "or lies in or around it",
          () -> locations.createExternalLocation(at("x", overlapping)));
    }
    locations.createExternalLocation(at("beside", "s3://bucket/a/bb"));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "or lies in or around it",
        () ->
            locations.updateExternalLocation(
                "beside", new UpdateExternalLocation().url("s3://bucket/a/b/x")));
    locations.updateExternalLocation("l", new UpdateExternalLocation().url("s3://bucket/a/b/c"));
    for (String nowhere :
        List.of("s3://me:pw@bucket/x", "s3://bucket/x?y", "file://host/x", "s3://bucket/../x")) {
      assertFails(
          400,
          "INVALID_ARGUMENT",
          "is no location",
          () -> locations.createExternalLocation(at("x", nowhere)));
    }
  }

  @Test
  void aCredentialReachesOnlyWhatItIsFor() throws Exception {
    credentials.createCredential(new CreateCredentialRequest().name("k"));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "storage credential k does not reach s3://bucket/x",
        () -> locations.createExternalLocation(at("l", "s3://bucket/x")));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "storage credential k does not reach gs://bucket/x",
        () -> locations.createExternalLocation(at("l", "gs://bucket/x")));
    locations.createExternalLocation(at("l", folder.resolve("data").toUri().toString()));
    assertFails(
        404,
        "CREDENTIAL_NOT_FOUND",
        () -> locations.createExternalLocation(at("m", "s3://b/x").credentialName("nope")));
  }

  @Test
  void whatIsInUseIsDroppedOnlyWithForce() throws Exception {
    Scene scene = new Scene(server).schema("main", "s");
    scene.location("l", folder.resolve("data"));
    scene.table("t", folder.resolve("data/t"));

    assertFails(
        400,
        "FAILED_PRECONDITION",
        "something lies in external location l",
        () -> locations.deleteExternalLocation("l", false));
    credentials.deleteCredential("l_credential", true);
    assertThat(locations.getExternalLocation("l").getCredentialName()).isNull();
    locations.deleteExternalLocation("l", true);
    assertFails(404, "EXTERNAL_LOCATION_NOT_FOUND", () -> locations.getExternalLocation("l"));
  }

  @Test
  void makingALocationTakesAPrivilegeOnTheMetastoreAndOnTheCredential() throws Exception {
    credentials.createCredential(aws("k"));
    ExternalLocationsApi ann = new ExternalLocationsApi(server.as("ann@x"));
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> new CredentialsApi(server.as("ann@x")).createCredential(aws("mine")));
    assertFails(
        403, "PERMISSION_DENIED", () -> ann.createExternalLocation(at("l", "s3://bucket/x")));
    server.grant("ann@x", SecurableType.METASTORE, "", Privilege.CREATE_EXTERNAL_LOCATION);
    assertFails(
        404, "CREDENTIAL_NOT_FOUND", () -> ann.createExternalLocation(at("l", "s3://bucket/x")));
    server.grant("ann@x", SecurableType.STORAGE_CREDENTIAL, "k", Privilege.READ_FILES);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "CREATE EXTERNAL LOCATION on storage credential k",
        () -> ann.createExternalLocation(at("l", "s3://bucket/x")));
    server.grant(
        "ann@x", SecurableType.STORAGE_CREDENTIAL, "k", Privilege.CREATE_EXTERNAL_LOCATION);
    assertThat(ann.createExternalLocation(at("l", "s3://bucket/x")).getOwner()).isEqualTo("ann@x");
    server.grant("bob@x", SecurableType.EXTERNAL_LOCATION, "l", Privilege.MANAGE);
    ExternalLocationsApi bob = new ExternalLocationsApi(server.as("bob@x"));
    assertThat(
            bob.updateExternalLocation("l", new UpdateExternalLocation().comment("b")).getComment())
        .isEqualTo("b");
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> bob.updateExternalLocation("l", new UpdateExternalLocation().url("s3://bucket")));
  }

  @Test
  void ownersChangeAndAdminsMayHandOver() throws Exception {
    credentials.createCredential(aws("k"));
    locations.createExternalLocation(at("l", "s3://bucket/x"));
    credentials.updateCredential("k", new UpdateCredentialRequest().owner("ann@x"));
    locations.updateExternalLocation("l", new UpdateExternalLocation().owner("ann@x"));

    assertThat(locations.getExternalLocation("l").getOwner()).isEqualTo("ann@x");
    assertThat(credentials.getCredential("k").getOwner()).isEqualTo("ann@x");
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> locations.updateExternalLocation("l", new UpdateExternalLocation().comment("x")));
    locations.updateExternalLocation("l", new UpdateExternalLocation().owner("bob@x"));
    assertFails(
        404,
        "NOT_FOUND",
        () -> locations.updateExternalLocation("l", new UpdateExternalLocation().owner("no@x")));
    assertFails(
        404,
        "EXTERNAL_LOCATION_NOT_FOUND",
        () -> new ExternalLocationsApi(server.as("ann@x")).getExternalLocation("l"));
  }

  @Test
  void listsShowWhatTheCallerMaySeeWithoutEmptyPages() throws Exception {
    credentials.createCredential(aws("k"));
    for (int i = 0; i < 6; i++) {
      locations.createExternalLocation(at("l" + i, "s3://bucket/" + i));
    }
    server.grant("ann@x", SecurableType.EXTERNAL_LOCATION, "l1", Privilege.READ_FILES);
    server.grant("ann@x", SecurableType.EXTERNAL_LOCATION, "l5", Privilege.BROWSE);
    ExternalLocationsApi ann = new ExternalLocationsApi(server.as("ann@x"));
    List<String> names = new ArrayList<>();
    String token = null;
    do {
      ListExternalLocationsResponse page = ann.listExternalLocations(1, token);
      assertThat(page.getExternalLocations()).hasSize(1);
      names.add(page.getExternalLocations().get(0).getName());
      token = page.getNextPageToken();
    } while (token != null);
    assertThat(names).containsExactly("l1", "l5");
    assertThat(
            new CredentialsApi(server.as("eve@x"))
                .listCredentials(null, null, null)
                .getCredentials())
        .isEmpty();
  }

  @Test
  void managedStorageLiesWhereAPrivilegeAllowsIt() throws Exception {
    new Scene(server).location("l", folder.resolve("lake"));
    server.grant("ann@x", SecurableType.METASTORE, "", Privilege.CREATE_CATALOG);
    CatalogsApi ann = new CatalogsApi(server.as("ann@x"));
    CreateCatalog create =
        new CreateCatalog().name("c").storageRoot(folder.resolve("lake/c").toUri().toString());

    assertFails(
        403,
        "PERMISSION_DENIED",
        "is in no external location that you may use",
        () -> ann.createCatalog(create));
    server.grant("ann@x", SecurableType.EXTERNAL_LOCATION, "l", Privilege.CREATE_MANAGED_STORAGE);
    assertThat(ann.createCatalog(create).getName()).isEqualTo("c");
    assertFails(
        400,
        "FAILED_PRECONDITION",
        "something lies in external location l",
        () -> locations.deleteExternalLocation("l", false));
  }
}
