package io.millrace.catalog.server.rest;

import static io.millrace.catalog.server.rest.ClientFailures.assertFails;
import static io.millrace.catalog.server.rest.ClientFailures.withoutRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.CredentialsApi;
import io.unitycatalog.client.api.ExternalLocationsApi;
import io.unitycatalog.client.api.ModelVersionsApi;
import io.unitycatalog.client.api.RegisteredModelsApi;
import io.unitycatalog.client.api.TablesApi;
import io.unitycatalog.client.api.TemporaryCredentialsApi;
import io.unitycatalog.client.api.VolumesApi;
import io.unitycatalog.client.model.AwsIamRoleRequest;
import io.unitycatalog.client.model.CreateCredentialRequest;
import io.unitycatalog.client.model.CreateExternalLocation;
import io.unitycatalog.client.model.CreateModelVersion;
import io.unitycatalog.client.model.CreateRegisteredModel;
import io.unitycatalog.client.model.CreateStagingTable;
import io.unitycatalog.client.model.CreateTable;
import io.unitycatalog.client.model.CreateVolumeRequestContent;
import io.unitycatalog.client.model.FinalizeModelVersion;
import io.unitycatalog.client.model.GenerateTemporaryModelVersionCredential;
import io.unitycatalog.client.model.GenerateTemporaryPathCredential;
import io.unitycatalog.client.model.GenerateTemporaryTableCredential;
import io.unitycatalog.client.model.GenerateTemporaryVolumeCredential;
import io.unitycatalog.client.model.ModelVersionInfo;
import io.unitycatalog.client.model.ModelVersionOperation;
import io.unitycatalog.client.model.PathOperation;
import io.unitycatalog.client.model.TableInfo;
import io.unitycatalog.client.model.TableOperation;
import io.unitycatalog.client.model.TableType;
import io.unitycatalog.client.model.TemporaryCredentials;
import io.unitycatalog.client.model.VolumeInfo;
import io.unitycatalog.client.model.VolumeOperation;
import io.unitycatalog.client.model.VolumeType;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Temporary credentials, by Unity Catalog's official client: checks 26 and 27. */
class TestTemporaryCredentials {
  @TempDir private Path folder;
  private CatalogServer server;
  private TableInfo table;
  private String data;

  @BeforeEach
  void start() throws Exception {
    server = CatalogServer.start(folder);
    Scene scene = new Scene(server).schema("main", "s");
    scene.location("l", folder.resolve("data"));
    table = scene.table("t", folder.resolve("data/t"));
    data = "file://" + folder.resolve("data");
    for (String user : List.of("ann@x", "bob@x")) {
      server.grant(user, SecurableType.CATALOG, "main", Privilege.USE_CATALOG);
      server.grant(user, SecurableType.SCHEMA, "main.s", Privilege.USE_SCHEMA);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TemporaryCredentials ofTable(String user, String id, TableOperation operation)
      throws Exception {
    return new TemporaryCredentialsApi(server.as(user))
        .generateTemporaryTableCredentials(
            new GenerateTemporaryTableCredential().tableId(id).operation(operation));
  }

  private TemporaryCredentials ofPath(String user, String url, PathOperation operation)
      throws Exception {
    return new TemporaryCredentialsApi(server.as(user))
        .generateTemporaryPathCredentials(
            new GenerateTemporaryPathCredential().url(url).operation(operation));
  }

  @Test
  void readingTakesSelectAndWritingModifyToo() throws Exception {
    String id = table.getTableId();
    assertFails(404, "TABLE_NOT_FOUND", () -> ofTable("ann@x", id, TableOperation.READ));
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.MODIFY);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "SELECT on table main.s.t",
        () -> ofTable("ann@x", id, TableOperation.READ_WRITE));
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT);

    TemporaryCredentials read = ofTable("ann@x", id, TableOperation.READ);

    assertThat(read.getUrl()).isEqualTo(table.getStorageLocation());
    assertThat(Instant.ofEpochMilli(read.getExpirationTime()))
        .isBetween(
            Instant.now().plus(Duration.ofMinutes(50)), Instant.now().plus(Duration.ofMinutes(61)));
    assertThat(read.getAwsTempCredentials()).isNull();
    assertThat(read.getAzureUserDelegationSas()).isNull();
    assertThat(read.getGcpOauthToken()).isNull();
    assertFails(
        403,
        "PERMISSION_DENIED",
        "MODIFY on table main.s.t",
        () -> ofTable("ann@x", id, TableOperation.READ_WRITE));
    server.grant("ann@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT, Privilege.MODIFY);
    assertThat(ofTable("ann@x", id, TableOperation.READ_WRITE).getUrl())
        .isEqualTo(table.getStorageLocation());
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "UNKNOWN_TABLE_OPERATION is no operation",
        () -> ofTable("ann@x", id, TableOperation.UNKNOWN_TABLE_OPERATION));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "the table_id is no id of a table",
        () -> ofTable("ann@x", "main.s.t", TableOperation.READ));
  }

  @Test
  void aVolumesFilesAreReadByOnePrivilegeAndWrittenByBoth() throws Exception {
    VolumeInfo volume =
        new VolumesApi(server.as(CatalogServer.ADMIN))
            .createVolume(
                new CreateVolumeRequestContent()
                    .name("v")
                    .catalogName("main")
                    .schemaName("s")
                    .volumeType(VolumeType.MANAGED));
    String id = volume.getVolumeId();
    assertFails(404, "VOLUME_NOT_FOUND", () -> ofVolume("ann@x", id, VolumeOperation.READ_VOLUME));
    assertFails(
        404,
        "VOLUME_NOT_FOUND",
        () -> ofVolume("ann@x", table.getTableId(), VolumeOperation.READ_VOLUME));
    server.grant("ann@x", SecurableType.VOLUME, "main.s.v", Privilege.READ_VOLUME);

    assertThat(ofVolume("ann@x", id, VolumeOperation.READ_VOLUME).getUrl())
        .isEqualTo(volume.getStorageLocation());
    assertFails(
        403,
        "PERMISSION_DENIED",
        "WRITE VOLUME on volume main.s.v",
        () -> ofVolume("ann@x", id, VolumeOperation.WRITE_VOLUME));
    server.grant(
        "ann@x", SecurableType.VOLUME, "main.s.v", Privilege.READ_VOLUME, Privilege.WRITE_VOLUME);
    assertThat(ofVolume("ann@x", id, VolumeOperation.WRITE_VOLUME).getUrl())
        .isEqualTo(volume.getStorageLocation());
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "Use READ_VOLUME or WRITE_VOLUME",
        () -> ofVolume("ann@x", id, VolumeOperation.UNKNOWN_VOLUME_OPERATION));
  }

  private TemporaryCredentials ofVolume(String user, String id, VolumeOperation operation)
      throws Exception {
    return new TemporaryCredentialsApi(server.as(user))
        .generateTemporaryVolumeCredentials(
            new GenerateTemporaryVolumeCredential().volumeId(id).operation(operation));
  }

  @Test
  void aVersionsFilesAreWrittenUntilItIsReady() throws Exception {
    ModelVersionsApi versions = new ModelVersionsApi(server.as(CatalogServer.ADMIN));
    new RegisteredModelsApi(server.as(CatalogServer.ADMIN))
        .createRegisteredModel(
            new CreateRegisteredModel().name("m").catalogName("main").schemaName("s"));
    ModelVersionInfo made =
        versions.createModelVersion(
            new CreateModelVersion()
                .modelName("m")
                .catalogName("main")
                .schemaName("s")
                .source("runs:/1/m"));
    ModelVersionOperation read = ModelVersionOperation.READ_MODEL_VERSION;
    ModelVersionOperation write = ModelVersionOperation.READ_WRITE_MODEL_VERSION;
    assertFails(404, "REGISTERED_MODEL_NOT_FOUND", () -> ofVersion("ann@x", 1, read));
    server.grant("ann@x", SecurableType.REGISTERED_MODEL, "main.s.m", Privilege.EXECUTE);

    assertThat(ofVersion("ann@x", 1, read).getUrl()).isEqualTo(made.getStorageLocation());
    assertFails(403, "PERMISSION_DENIED", () -> ofVersion("ann@x", 1, write));
    assertThat(ofVersion(CatalogServer.ADMIN, 1, write).getUrl())
        .isEqualTo(made.getStorageLocation());
    assertFails(404, "REGISTERED_MODEL_NOT_FOUND", () -> ofVersion("ann@x", 2, read));
    versions.finalizeModelVersion(
        "main.s.m", 1L, new FinalizeModelVersion().fullName("main.s.m").version(1L));
    assertThat(ofVersion("ann@x", 1, read).getUrl()).isEqualTo(made.getStorageLocation());
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "version 1 of model main.s.m is READY",
        () -> ofVersion(CatalogServer.ADMIN, 1, write));
  }

  private TemporaryCredentials ofVersion(String user, long version, ModelVersionOperation operation)
      throws Exception {
    return new TemporaryCredentialsApi(server.as(user))
        .generateTemporaryModelVersionCredentials(
            new GenerateTemporaryModelVersionCredential()
                .catalogName("main")
                .schemaName("s")
                .modelName("m")
                .version(version)
                .operation(operation));
  }

  @Test
  void ownersOfContainersAndAdminsGetNoDataByThat() throws Exception {
    server.store().write(in -> hand(in, SecurableType.TABLE, "main.s.t", "bob@x"));
    server.store().write(in -> hand(in, SecurableType.SCHEMA, "main.s", "ann@x"));
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> ofTable(CatalogServer.ADMIN, table.getTableId(), TableOperation.READ));
    assertFails(
        403, "PERMISSION_DENIED", () -> ofTable("ann@x", table.getTableId(), TableOperation.READ));
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> ofPath(CatalogServer.ADMIN, data + "/t", PathOperation.PATH_READ));
  }

  private static boolean hand(
      io.millrace.catalog.server.store.Transaction in,
      SecurableType type,
      String name,
      String owner) {
    var found = in.state().find(type, List.of(name.split("\\."))).orElseThrow();
    in.apply(
        new io.millrace.catalog.server.state.Change.PutSecurable(
            found.withOwner(in.state().principal(owner).orElseThrow().id(), found.updated())));
    return true;
  }

  @Test
  void anIdThatIsHiddenReadsAsOneThatIsMissing() throws Exception {
    String path = "/api/2.1/unity-catalog/temporary-table-credentials";
    String missing = UUID.randomUUID().toString();
    HttpResponse<String> hidden =
        server.send(
            "eve@x",
            "POST",
            path,
            "{\"table_id\":\"" + table.getTableId() + "\",\"operation\":\"READ\"}");
    HttpResponse<String> absent =
        server.send(
            "eve@x", "POST", path, "{\"table_id\":\"" + missing + "\",\"operation\":\"READ\"}");
    assertThat(hidden.statusCode()).isEqualTo(404).isEqualTo(absent.statusCode());
    assertThat(withoutRequest(hidden.body()))
        .isEqualTo(withoutRequest(absent.body()).replace(missing, table.getTableId()))
        .doesNotContain("main");
  }

  @Test
  void aPathInATableHasTheTablesRuleHoweverItIsWritten() throws Exception {
    server.grant(
        "ann@x", SecurableType.EXTERNAL_LOCATION, "l", Privilege.READ_FILES, Privilege.WRITE_FILES);
    server.grant("bob@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT);
    for (String in :
        List.of(
            data + "/t",
            data + "/t/",
            data + "//t",
            data + "/t/part=1/f.parquet",
            data + "/%74/x",
            "file:" + folder.resolve("data/t"),
            folder.resolve("data/t") + "/x")) {
      assertFails(
          403,
          "PERMISSION_DENIED",
          "is in no external location that you may use",
          () -> ofPath("ann@x", in, PathOperation.PATH_READ));
      assertThat(ofPath("bob@x", in, PathOperation.PATH_READ).getUrl()).startsWith(data + "/t");
      assertFails(
          403,
          "PERMISSION_DENIED",
          "MODIFY on table main.s.t",
          () -> ofPath("bob@x", in, PathOperation.PATH_READ_WRITE));
    }
    for (String elsewhere :
        List.of(
            data + "/free/../t",
            data + "/free/%2e%2e/t",
            data + "/free/..%2ft",
            data + "/free/%2E%2E%2Ft",
            data + "/free/./x",
            data + "/free/%252e%252e/t",
            data + "/free%2ft",
            data + "/free\\..\\t",
            data + "/free?x",
            "file://host" + folder)) {
      assertFails(
          400, "INVALID_ARGUMENT", () -> ofPath("ann@x", elsewhere, PathOperation.PATH_READ));
    }
  }

  @Test
  void aPathBesideATableHasTheRuleOfTheLocation() throws Exception {
    server.grant("bob@x", SecurableType.TABLE, "main.s.t", Privilege.SELECT);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "is in no external location that you may use",
        () -> ofPath("bob@x", data + "/t1", PathOperation.PATH_READ));
    server.grant("ann@x", SecurableType.EXTERNAL_LOCATION, "l", Privilege.READ_FILES);

    assertThat(ofPath("ann@x", data + "/t1x", PathOperation.PATH_READ).getUrl())
        .isEqualTo(data + "/t1x");
    assertFails(
        403,
        "PERMISSION_DENIED",
        "WRITE FILES on external location l",
        () -> ofPath("ann@x", data + "/t1x", PathOperation.PATH_READ_WRITE));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "is in use, or lies in or around",
        () -> ofPath("ann@x", data, PathOperation.PATH_READ));
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> ofPath("ann@x", "file://" + folder, PathOperation.PATH_READ));
    assertFails(
        403, "PERMISSION_DENIED", () -> ofPath("ann@x", data + "x", PathOperation.PATH_READ));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        () -> ofPath("ann@x", data + "/t1x", PathOperation.UNKNOWN_PATH_OPERATION));
  }

  @Test
  void aPathForANewTableIsFreeAndAllowed() throws Exception {
    server.grant("ann@x", SecurableType.EXTERNAL_LOCATION, "l", Privilege.CREATE_EXTERNAL_TABLE);
    assertThat(ofPath("ann@x", data + "/new", PathOperation.PATH_CREATE_TABLE).getUrl())
        .isEqualTo(data + "/new");
    for (String taken : List.of(data + "/t", data + "/t/x", data)) {
      assertFails(
          400, "INVALID_ARGUMENT", () -> ofPath("ann@x", taken, PathOperation.PATH_CREATE_TABLE));
    }
    assertFails(
        403,
        "PERMISSION_DENIED",
        () -> ofPath("bob@x", data + "/new", PathOperation.PATH_CREATE_TABLE));
  }

  @Test
  void placesOfManagedTablesAreNobodysButTheirOwners() throws Exception {
    String managed = "file://" + folder.resolve("managed");
    new Scene(server).location("m", folder.resolve("managed"));
    server.grant(
        "ann@x", SecurableType.EXTERNAL_LOCATION, "m", Privilege.READ_FILES, Privilege.WRITE_FILES);
    String staged =
        new TablesApi(server.as(CatalogServer.ADMIN))
            .createStagingTable(
                new CreateStagingTable().name("n").catalogName("main").schemaName("s"))
            .getStagingLocation();

    for (String place : List.of(managed, managed + "/tables", staged, staged + "/_delta_log")) {
      assertFails(403, "PERMISSION_DENIED", () -> ofPath("ann@x", place, PathOperation.PATH_READ));
    }
    assertThat(
            ofPath(CatalogServer.ADMIN, staged + "/_delta_log", PathOperation.PATH_READ_WRITE)
                .getUrl())
        .isEqualTo(staged + "/_delta_log");
  }

  @Test
  void aCredentialThatOnlyReadsWritesNothing() throws Exception {
    String unity = "/api/2.1/unity-catalog";
    server.send(
        CatalogServer.ADMIN,
        "POST",
        unity + "/credentials",
        "{\"name\":\"reader\",\"read_only\":true}");
    HttpResponse<String> made =
        server.send(
            CatalogServer.ADMIN,
            "POST",
            unity + "/external-locations",
            "{\"name\":\"r\",\"credential_name\":\"reader\",\"url\":\"" + data + "-read\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);

    ofPath(CatalogServer.ADMIN, data + "-read/x", PathOperation.PATH_READ);
    assertFails(
        403,
        "PERMISSION_DENIED",
        "can only be read",
        () -> ofPath(CatalogServer.ADMIN, data + "-read/x", PathOperation.PATH_READ_WRITE));
  }

  @Test
  void whatIsGivenOutIsToldToTheAuditLog() throws Exception {
    ofTable(CatalogServer.ADMIN, table.getTableId(), TableOperation.READ_WRITE);
    ofPath(CatalogServer.ADMIN, data + "/t/part", PathOperation.PATH_READ);

    assertThat(server.decisions())
        .filteredOn(event -> event.action().startsWith("generateTemporary"))
        .extracting(
            AuditEvent::action,
            AuditEvent::principalName,
            AuditEvent::fullName,
            event -> event.parameters().get("operation"))
        .containsExactly(
            tuple(
                "generateTemporaryTableCredential",
                CatalogServer.ADMIN,
                "main.s.t",
                "READ_WRITE " + data + "/t"),
            tuple(
                "generateTemporaryPathCredential",
                CatalogServer.ADMIN,
                "main.s.t",
                "READ " + data + "/t/part"));
  }

  @Test
  void aViewHasNoFiles() throws Exception {
    TableInfo view =
        new TablesApi(server.as(CatalogServer.ADMIN))
            .createTable(
                new CreateTable()
                    .name("v")
                    .catalogName("main")
                    .schemaName("s")
                    .tableType(TableType.VIEW)
                    .viewDefinition("SELECT 1")
                    .columns(List.of()));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        "main.s.v has no files of its own",
        () -> ofTable(CatalogServer.ADMIN, view.getTableId(), TableOperation.READ));
  }

  @Test
  void withoutAccessToAwsASessionForS3IsRefusedAndSaysSo() throws Exception {
    new CredentialsApi(server.as(CatalogServer.ADMIN))
        .createCredential(
            new CreateCredentialRequest()
                .name("k")
                .awsIamRole(
                    new AwsIamRoleRequest().roleArn("arn:aws:iam::123456789012:role/lake")));
    new ExternalLocationsApi(server.as(CatalogServer.ADMIN))
        .createExternalLocation(
            new CreateExternalLocation().name("s3").url("s3://b/x").credentialName("k"));
    assertFails(
        400,
        "FAILED_PRECONDITION",
        "no credentials for s3://b/x/y can be given out: this server has no access to AWS",
        () -> ofPath(CatalogServer.ADMIN, "s3a://B/x//y", PathOperation.PATH_READ));
    new CatalogsApi(server.as(CatalogServer.ADMIN)).deleteCatalog("main", true);
  }
}
