package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.credential.CredentialVendor;
import io.millrace.catalog.server.credential.StorageAccess;
import io.millrace.catalog.server.credential.StorageRequest;
import io.millrace.catalog.server.credential.StorageRole;
import io.millrace.catalog.server.credential.VendedCredentials;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Credentials for the files of tables, volumes and models, and for places. Who has them reads
 * files, whatever rows and columns a table shows: for a table with a row filter or a column mask
 * there are none, for anybody. Thread-safe.
 */
public final class TemporaryCredentials {
  /** How long credentials are good for. */
  public static final Duration VALIDITY = Duration.ofHours(1);

  private final Work work;
  private final StagingTables staging;
  private final CredentialVendor vendor;

  public TemporaryCredentials(Work work, StagingTables staging, CredentialVendor vendor) {
    this.work = requireNonNull(work, "work is null");
    this.staging = requireNonNull(staging, "staging is null");
    this.vendor = requireNonNull(vendor, "vendor is null");
  }

  /** What somebody wants to do at a place. */
  public enum PathOperation {
    READ,
    READ_WRITE,
    CREATE_TABLE
  }

  /**
   * For a table's files, or for the place of a table to be.
   *
   * @param tableId of the table or staging table
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID for a view,
   *     CONFIG_INVALID
   */
  public VendedCredentials ofTable(Caller caller, UUID tableId, StorageAccess access) {
    CatalogState state = work.state();
    Optional<Securable> table =
        state.find(tableId).filter(found -> found.type() == SecurableType.TABLE);
    if (table.isPresent()) {
      String place = readable(state, caller, table.get(), access, tableId.toString());
      return vend(caller, "generateTemporaryTableCredential", state, table.get(), place, access);
    }
    caller.decided();
    StagingTables.StagingTable staged =
        staging
            .find(tableId)
            .filter(found -> found.owner().equals(caller.principal()))
            .orElseThrow(() -> CatalogException.notFound(SecurableType.TABLE, tableId.toString()));
    Securable schema =
        state
            .find(staged.schema())
            .orElseThrow(() -> CatalogException.notFound(SecurableType.TABLE, tableId.toString()));
    return vend(
        caller, "generateTemporaryTableCredential", state, schema, staged.location(), access);
  }

  /** The place of a table whose files the caller may read, or read and write. */
  private String readable(
      CatalogState state, Caller caller, Securable table, StorageAccess access, String asked) {
    work.gate().require(state, caller, Action.SELECT, table, asked);
    if (access == StorageAccess.READ_WRITE) {
      work.gate().require(state, caller, Action.MODIFY, table, asked);
    }
    Definition.Table definition = (Definition.Table) table.definition();
    if (definition.isFiltered()) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          "table %s has a row filter or a column mask, and its files show everything"
              .formatted(state.fullName(table)),
          "query the table through Millrace");
    }
    return definition
        .location()
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.ARGUMENT_INVALID,
                    "%s has no files of its own".formatted(state.fullName(table)),
                    "ask for credentials of the tables that it reads"));
  }

  /**
   * For a volume's files.
   *
   * @param access READ_WRITE also reads, and takes both privileges
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, CONFIG_INVALID
   */
  public VendedCredentials ofVolume(Caller caller, UUID volumeId, StorageAccess access) {
    CatalogState state = work.state();
    Securable volume =
        state
            .find(volumeId)
            .filter(found -> found.type() == SecurableType.VOLUME)
            .orElseThrow(
                () -> {
                  caller.decided();
                  return CatalogException.notFound(SecurableType.VOLUME, volumeId.toString());
                });
    work.gate().require(state, caller, Action.READ_VOLUME, volume, volumeId.toString());
    if (access == StorageAccess.READ_WRITE) {
      work.gate().require(state, caller, Action.WRITE_VOLUME, volume, volumeId.toString());
    }
    String place = ((Definition.Volume) volume.definition()).location();
    return vend(caller, "generateTemporaryVolumeCredential", state, volume, place, access);
  }

  /**
   * For the files of a version of a model. They are written until the version is {@link
   * Models#READY}, and never after that.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID if it is
   *     ready and to be written, CONFIG_INVALID
   */
  public VendedCredentials ofModelVersion(
      Caller caller, String fullName, long number, StorageAccess access) {
    CatalogState state = work.state();
    Action needed =
        access == StorageAccess.READ_WRITE ? Action.CREATE_MODEL_VERSION : Action.EXECUTE;
    Securable model =
        work.gate().require(state, caller, needed, SecurableType.REGISTERED_MODEL, fullName);
    Definition.ModelVersion version = Models.version(model, fullName, number);
    if (access == StorageAccess.READ_WRITE && !version.status().equals(Models.PENDING)) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "version %d of model %s is %s, and its files are not written any more"
              .formatted(number, fullName, version.status()),
          "make another version");
    }
    return vend(
        caller,
        "generateTemporaryModelVersionCredential",
        state,
        model,
        version.location(),
        access);
  }

  /**
   * For a place: by the rule of the table, volume or model that it is in, or else of the external
   * location.
   *
   * @throws MillraceException ARGUMENT_INVALID, PERMISSION_DENIED, LOCATION_OVERLAPS,
   *     CONFIG_INVALID
   */
  public VendedCredentials ofPath(Caller caller, String url, PathOperation operation) {
    String place = Location.normalize(url);
    CatalogState state = work.state();
    StorageAccess access =
        operation == PathOperation.READ ? StorageAccess.READ : StorageAccess.READ_WRITE;
    String action = "generateTemporaryPathCredential";
    if (operation == PathOperation.CREATE_TABLE) {
      String free = Places.external(work, state, caller, Action.CREATE_EXTERNAL_TABLE, place);
      return vend(caller, action, state, state.metastore(), free, access);
    }
    Optional<Securable> owning = state.atOrAbove(place);
    if (owning.isPresent()) {
      requireOwning(state, caller, owning.get(), access, place);
      return vend(caller, action, state, owning.get(), place, access);
    }
    Optional<StagingTables.StagingTable> staged = staging.atOrAbove(place);
    if (staged.isPresent() && staged.get().owner().equals(caller.principal())) {
      caller.decided();
      return vend(caller, action, state, state.metastore(), place, access);
    }
    if (Places.managedRoots(state)
        .anyMatch(root -> place.equals(root) || place.startsWith(root + "/"))) {
      caller.decided();
      throw outside(place);
    }
    Securable location =
        Places.location(state, place)
            .filter(found -> work.gate().allows(state, caller, Action.DESCRIBE, found))
            .orElseThrow(
                () -> {
                  caller.decided();
                  return outside(place);
                });
    work.gate().require(state, caller, Action.READ_FILES, location);
    if (access == StorageAccess.READ_WRITE) {
      work.gate().require(state, caller, Action.WRITE_FILES, location);
    }
    // What would reach into the place of a table is not given by the rule of the location.
    Places.requireFree(state, place);
    Places.requireUnmanaged(state, place);
    return vend(caller, action, state, location, place, access);
  }

  private void requireOwning(
      CatalogState state, Caller caller, Securable owning, StorageAccess access, String place) {
    if (!work.gate().allows(state, caller, Action.DESCRIBE, owning)) {
      throw outside(place);
    }
    if (owning.type() == SecurableType.TABLE) {
      readable(state, caller, owning, access, state.fullName(owning));
      return;
    }
    boolean volume = owning.type() == SecurableType.VOLUME;
    work.gate().require(state, caller, volume ? Action.READ_VOLUME : Action.EXECUTE, owning);
    if (access == StorageAccess.READ_WRITE) {
      // A model's versions are written with credentials of their own.
      work.gate().require(state, caller, volume ? Action.WRITE_VOLUME : Action.ALTER, owning);
    }
  }

  private static MillraceException outside(String place) {
    return Places.outside(
        place, "ask for a privilege on the table, volume, model or external location there");
  }

  /**
   * Credentials for a place that was decided about.
   *
   * @param action for the audit log
   * @param about whose place it is
   * @throws MillraceException PERMISSION_DENIED if the storage credential only reads,
   *     CONFIG_INVALID
   */
  private VendedCredentials vend(
      Caller caller,
      String action,
      CatalogState state,
      Securable about,
      String place,
      StorageAccess access) {
    Optional<Securable> credential =
        Places.location(state, place)
            .map(found -> ((Definition.ExternalLocation) found.definition()).credential())
            .flatMap(state::find);
    Optional<Definition.StorageCredential> by =
        credential.map(found -> (Definition.StorageCredential) found.definition());
    if (access == StorageAccess.READ_WRITE
        && by.filter(Definition.StorageCredential::readOnly).isPresent()) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          "%s can only be read".formatted(place),
          "have the storage credential of its external location changed");
    }
    VendedCredentials vended =
        vendor.vend(
            new StorageRequest(
                place,
                access,
                VALIDITY,
                by.flatMap(Definition.StorageCredential::roleArn)
                    .map(arn -> new StorageRole(arn, credential.orElseThrow().id().toString()))));
    work.gate().given(caller, action, about.type(), state.fullName(about), access + " " + place);
    return vended;
  }
}
