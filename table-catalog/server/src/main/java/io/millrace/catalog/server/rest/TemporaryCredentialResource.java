package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.credential.AwsSession;
import io.millrace.catalog.server.credential.StorageAccess;
import io.millrace.catalog.server.credential.VendedCredentials;
import io.millrace.catalog.server.service.TemporaryCredentials;
import io.millrace.catalog.server.service.TemporaryCredentials.PathOperation;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code /temporary-…-credentials} of Unity Catalog's REST API. */
public final class TemporaryCredentialResource {
  private final TemporaryCredentials credentials;

  public TemporaryCredentialResource(TemporaryCredentials credentials) {
    this.credentials = requireNonNull(credentials, "credentials is null");
  }

  record OfTable(String tableId, String operation) {
    OfTable {
      requireNonNull(tableId, "table_id");
      requireNonNull(operation, "operation");
    }
  }

  record OfVolume(String volumeId, String operation) {
    OfVolume {
      requireNonNull(volumeId, "volume_id");
      requireNonNull(operation, "operation");
    }
  }

  record OfModelVersion(
      String catalogName, String schemaName, String modelName, Long version, String operation) {
    OfModelVersion {
      requireNonNull(catalogName, "catalog_name");
      requireNonNull(schemaName, "schema_name");
      requireNonNull(modelName, "model_name");
      requireNonNull(version, "version");
      requireNonNull(operation, "operation");
    }

    String model() {
      return catalogName + "." + schemaName + "." + modelName;
    }
  }

  record OfPath(String url, String operation) {
    OfPath {
      requireNonNull(url, "url");
      requireNonNull(operation, "operation");
    }
  }

  record AwsTempCredentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    static AwsTempCredentials of(AwsSession session) {
      return new AwsTempCredentials(
          session.accessKeyId(), session.secretAccessKey(), session.sessionToken());
    }

    @Override
    public String toString() {
      return "AwsTempCredentials[" + accessKeyId + "]";
    }
  }

  /** How vended credentials are told, also those of volumes and models. */
  record CredentialsInfo(
      Optional<AwsTempCredentials> awsTempCredentials, long expirationTime, String url) {
    static CredentialsInfo of(VendedCredentials vended) {
      return new CredentialsInfo(
          vended.aws().map(AwsTempCredentials::of),
          vended.expires().toEpochMilli(),
          vended.prefix());
    }
  }

  /** All routes. */
  public List<Route> routes() {
    return List.of(
        Unity.route(
            "POST",
            "/temporary-table-credentials",
            new Rule.Decided(
                "SELECT on the table, and MODIFY to write; whoever asked for a staging table"),
            request -> {
              OfTable body = request.body(OfTable.class);
              return secret(
                  credentials.ofTable(
                      request.caller(),
                      id("table", body.tableId()),
                      access(body.operation(), "READ", "READ_WRITE")));
            }),
        Unity.route(
            "POST",
            "/temporary-volume-credentials",
            new Rule.Decided("READ VOLUME on the volume, and WRITE VOLUME to write"),
            request -> {
              OfVolume body = request.body(OfVolume.class);
              return secret(
                  credentials.ofVolume(
                      request.caller(),
                      id("volume", body.volumeId()),
                      access(body.operation(), "READ_VOLUME", "WRITE_VOLUME")));
            }),
        Unity.route(
            "POST",
            "/temporary-model-version-credentials",
            new Rule.Decided("EXECUTE on the model; CREATE MODEL VERSION to write"),
            request -> {
              OfModelVersion body = request.body(OfModelVersion.class);
              return secret(
                  credentials.ofModelVersion(
                      request.caller(),
                      body.model(),
                      body.version(),
                      access(body.operation(), "READ_MODEL_VERSION", "READ_WRITE_MODEL_VERSION")));
            }),
        Unity.route(
            "POST",
            "/temporary-path-credentials",
            new Rule.Decided(
                "what the table, volume or model needs that the path is in; else READ FILES, and"
                    + " WRITE FILES to write, or CREATE EXTERNAL TABLE, on the external location"),
            request -> {
              OfPath body = request.body(OfPath.class);
              return secret(
                  credentials.ofPath(request.caller(), body.url(), operation(body.operation())));
            }));
  }

  private static Reply secret(VendedCredentials vended) {
    return Reply.of(CredentialsInfo.of(vended)).with("Cache-Control", "no-store");
  }

  private static UUID id(String type, String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw TableJson.invalid(
          "the %1$s_id is no id of a %1$s".formatted(type),
          "use the %1$s_id that GET /%1$ss tells".formatted(type));
    }
  }

  private static StorageAccess access(String operation, String read, String write) {
    if (operation.equals(read)) {
      return StorageAccess.READ;
    }
    if (operation.equals(write)) {
      return StorageAccess.READ_WRITE;
    }
    throw unknown(operation, read + " or " + write);
  }

  private static PathOperation operation(String operation) {
    return switch (operation) {
      case "PATH_READ" -> PathOperation.READ;
      case "PATH_READ_WRITE" -> PathOperation.READ_WRITE;
      case "PATH_CREATE_TABLE" -> PathOperation.CREATE_TABLE;
      default -> throw unknown(operation, "PATH_READ, PATH_READ_WRITE or PATH_CREATE_TABLE");
    };
  }

  private static MillraceException unknown(String operation, String known) {
    return TableJson.invalid(
        "%s is no operation".formatted(operation.replaceAll("\\p{Cntrl}", "?")), "use " + known);
  }
}
