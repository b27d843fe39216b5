package io.millrace.catalog.server.rest;

import io.unitycatalog.client.ApiException;
import io.unitycatalog.client.api.CatalogsApi;
import io.unitycatalog.client.api.CredentialsApi;
import io.unitycatalog.client.api.ExternalLocationsApi;
import io.unitycatalog.client.api.SchemasApi;
import io.unitycatalog.client.api.TablesApi;
import io.unitycatalog.client.model.ColumnInfo;
import io.unitycatalog.client.model.ColumnTypeName;
import io.unitycatalog.client.model.CreateCatalog;
import io.unitycatalog.client.model.CreateCredentialRequest;
import io.unitycatalog.client.model.CreateExternalLocation;
import io.unitycatalog.client.model.CreateSchema;
import io.unitycatalog.client.model.CreateTable;
import io.unitycatalog.client.model.DataSourceFormat;
import io.unitycatalog.client.model.TableInfo;
import io.unitycatalog.client.model.TableType;
import java.nio.file.Path;
import java.util.List;

/** Makes what a test is about, as the admin. */
final class Scene {
  private final CatalogServer server;

  Scene(CatalogServer server) {
    this.server = server;
  }

  Scene schema(String catalog, String schema) throws ApiException {
    new CatalogsApi(server.as(CatalogServer.ADMIN))
        .createCatalog(new CreateCatalog().name(catalog));
    new SchemasApi(server.as(CatalogServer.ADMIN))
        .createSchema(new CreateSchema().name(schema).catalogName(catalog));
    return this;
  }

  /** A table in {@code main.s} with the columns {@code id INT, region STRING, email STRING}. */
  TableInfo table(String name, Path location) throws ApiException {
    return new TablesApi(server.as(CatalogServer.ADMIN))
        .createTable(
            new CreateTable()
                .name(name)
                .catalogName("main")
                .schemaName("s")
                .tableType(TableType.EXTERNAL)
                .dataSourceFormat(DataSourceFormat.DELTA)
                .storageLocation(location.toUri().toString())
                .columns(
                    List.of(
                        column("id", "int", ColumnTypeName.INT),
                        column("region", "string", ColumnTypeName.STRING),
                        column("email", "string", ColumnTypeName.STRING))));
  }

  private static ColumnInfo column(String name, String text, ColumnTypeName type) {
    return new ColumnInfo().name(name).typeText(text).typeName(type).nullable(true);
  }

  /** An external location of local files, with a storage credential of its own. */
  void location(String name, Path folder) throws ApiException {
    new CredentialsApi(server.as(CatalogServer.ADMIN))
        .createCredential(new CreateCredentialRequest().name(name + "_credential"));
    new ExternalLocationsApi(server.as(CatalogServer.ADMIN))
        .createExternalLocation(
            new CreateExternalLocation()
                .name(name)
                .url(folder.toUri().toString())
                .credentialName(name + "_credential"));
  }
}
