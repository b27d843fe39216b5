package io.millrace.catalog.server.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unitycatalog.client.ApiClient;
import io.unitycatalog.client.ApiException;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.FunctionsApi;
import io.unitycatalog.client.api.ModelVersionsApi;
import io.unitycatalog.client.api.RegisteredModelsApi;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.api.VolumesApi;
import io.unitycatalog.client.model.ColumnTypeName;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateFunction;
import io.unitycatalog.client.model.CreateFunctionRequest;
import io.unitycatalog.client.model.CreateModelVersion;
import io.unitycatalog.client.model.CreateRegisteredModel;
import io.unitycatalog.client.model.CreateSchema;
import io.unitycatalog.client.model.CreateVolumeRequestContent;
import io.unitycatalog.client.model.FinalizeModelVersion;
import io.unitycatalog.client.model.FunctionInfo;
import io.unitycatalog.client.model.FunctionParameterInfo;
import io.unitycatalog.client.model.FunctionParameterInfos;
import io.unitycatalog.client.model.ModelVersionInfo;
import io.unitycatalog.client.model.ModelVersionStatus;
import io.unitycatalog.client.model.RegisteredModelInfo;
import io.unitycatalog.client.model.UpdateModelVersion;
import io.unitycatalog.client.model.UpdateVolumeRequestContent;
import io.unitycatalog.client.model.VolumeInfo;
import io.unitycatalog.client.model.VolumeType;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes, functions and models, by Unity Catalog's official client. */
class TestSchemaObjects {
  @TempDir private Path folder;
  private CatalogServer server;
  private ApiClient client;

  @BeforeEach
  void start() throws ApiException {
    server = CatalogServer.start(folder.resolve("catalog"));
    client = server.as(CatalogServer.ADMIN);
    new CatalogsApi(client).createCatalog(new CreateCatalog().name("main"));
    new SchemasApi(client).createSchema(new CreateSchema().catalogName("main").name("s"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void assertFails(int status, String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(status);
              assertThat(e.getResponseBody()).contains("\"error_code\":\"" + code + "\"");
            });
  }

  private static CreateVolumeRequestContent volume(String name, VolumeType type) {
    return new CreateVolumeRequestContent()
        .catalogName("main")
        .schemaName("s")
        .name(name)
        .volumeType(type);
  }

  @Test
  void volumesAreMadeReadChangedAndDropped() throws Exception {
    VolumesApi volumes = new VolumesApi(client);
    VolumeInfo managed = volumes.createVolume(volume("files", VolumeType.MANAGED).comment("c"));

    assertThat(managed.getStorageLocation())
        .endsWith("/volumes/" + managed.getVolumeId())
        .startsWith("file:///");
    assertThat(managed.getFullName()).isEqualTo("main.s.files");
    assertFails(
        400,
        "VOLUME_ALREADY_EXISTS",
        () -> volumes.createVolume(volume("FILES", VolumeType.MANAGED)));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        () -> volumes.createVolume(volume("outside", VolumeType.EXTERNAL)));
    String place = "file://" + folder.resolve("outside");
    volumes.createVolume(volume("outside", VolumeType.EXTERNAL).storageLocation(place));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        () ->
            volumes.createVolume(
                volume("within", VolumeType.EXTERNAL).storageLocation(place + "/within")));
    assertThat(volumes.listVolumes("main", "s", null, null).getVolumes())
        .extracting(VolumeInfo::getName)
        .containsExactly("files", "outside");
    volumes.updateVolume("main.s.files", new UpdateVolumeRequestContent().newName("documents"));
    assertThat(volumes.getVolume("main.s.documents").getComment()).isEqualTo("c");
    volumes.deleteVolume("main.s.documents");
    assertFails(404, "VOLUME_NOT_FOUND", () -> volumes.getVolume("main.s.documents"));
    assertFails(404, "VOLUME_NOT_FOUND", () -> volumes.deleteVolume("main.s.documents"));
  }

  @Test
  void functionsAreGivenBackAsTheyCame() throws Exception {
    FunctionsApi functions = new FunctionsApi(client);
    CreateFunction wanted =
        new CreateFunction()
            .name("mask")
            .catalogName("main")
            .schemaName("s")
            .inputParams(
                new FunctionParameterInfos()
                    .addParametersItem(
                        new FunctionParameterInfo()
                            .name("x")
                            .typeText("string")
                            .typeName(ColumnTypeName.STRING)
                            .typeJson("\"string\"")
                            .position(0)))
            .dataType(ColumnTypeName.STRING)
            .fullDataType("string")
            .routineBody(CreateFunction.RoutineBodyEnum.SQL)
            .routineDefinition("concat('***', x)")
            .parameterStyle(CreateFunction.ParameterStyleEnum.S)
            .isDeterministic(true)
            .sqlDataAccess(CreateFunction.SqlDataAccessEnum.NO_SQL)
            .isNullCall(false)
            .securityType(CreateFunction.SecurityTypeEnum.DEFINER)
            .specificName("mask")
            .comment("hides");
    FunctionInfo made = functions.createFunction(new CreateFunctionRequest().functionInfo(wanted));

    FunctionInfo found = functions.getFunction("main.s.mask");
    assertThat(found).isEqualTo(made);
    assertThat(found.getRoutineDefinition()).isEqualTo("concat('***', x)");
    assertThat(found.getInputParams()).isEqualTo(wanted.getInputParams());
    assertThat(found.getSecurityType()).isEqualTo(FunctionInfo.SecurityTypeEnum.DEFINER);
    assertThat(found.getComment()).isEqualTo("hides");
    assertThat(found.getFullName()).isEqualTo("main.s.mask");
    assertThat(functions.listFunctions("main", "s", null, null).getFunctions())
        .isEqualTo(List.of(made));
    assertFails(
        400,
        "INVALID_ARGUMENT",
        () ->
            functions.createFunction(
                new CreateFunctionRequest()
                    .functionInfo(
                        wanted
                            .name("external")
                            .routineBody(CreateFunction.RoutineBodyEnum.EXTERNAL))));
    functions.deleteFunction("main.s.mask");
    assertFails(404, "FUNCTION_NOT_FOUND", () -> functions.getFunction("main.s.mask"));
  }

  @Test
  void modelsHaveVersionsThatAreReadyWhenTheyAreSaidToBe() throws Exception {
    RegisteredModelsApi models = new RegisteredModelsApi(client);
    ModelVersionsApi versions = new ModelVersionsApi(client);
    RegisteredModelInfo model =
        models.createRegisteredModel(
            new CreateRegisteredModel().catalogName("main").schemaName("s").name("churn"));
    CreateModelVersion wanted =
        new CreateModelVersion()
            .catalogName("main")
            .schemaName("s")
            .modelName("churn")
            .source("/tmp/run")
            .runId("r1");

    ModelVersionInfo first = versions.createModelVersion(wanted);
    assertThat(first.getVersion()).isEqualTo(1);
    assertThat(first.getStatus()).isEqualTo(ModelVersionStatus.PENDING_REGISTRATION);
    assertThat(first.getStorageLocation()).startsWith(model.getStorageLocation() + "/versions/");
    versions.finalizeModelVersion(
        "main.s.churn", 1L, new FinalizeModelVersion().fullName("main.s.churn").version(1L));
    assertThat(versions.getModelVersion("main.s.churn", 1L).getStatus())
        .isEqualTo(ModelVersionStatus.READY);
    versions.createModelVersion(wanted);
    versions.updateModelVersion("main.s.churn", 2L, new UpdateModelVersion().comment("better"));
    assertThat(versions.listModelVersions("main.s.churn", null, null).getModelVersions())
        .extracting(ModelVersionInfo::getVersion)
        .containsExactly(1L, 2L);
    versions.deleteModelVersion("main.s.churn", 2L);
    assertThat(versions.createModelVersion(wanted).getVersion())
        .as("a number is not given twice")
        .isEqualTo(3);
    assertFails(
        400, "FAILED_PRECONDITION", () -> models.deleteRegisteredModel("main.s.churn", false));
    models.deleteRegisteredModel("main.s.churn", true);
    assertFails(404, "REGISTERED_MODEL_NOT_FOUND", () -> models.getRegisteredModel("main.s.churn"));
    assertFails(
        404, "REGISTERED_MODEL_NOT_FOUND", () -> versions.getModelVersion("main.s.churn", 1L));
  }
}
