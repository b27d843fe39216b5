package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition.Model;
import io.millrace.catalog.server.model.Definition.ModelVersion;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Registered models and their versions. A version is made before its files are there, and is {@code
 * READY} when whoever uploads them says so. Thread-safe.
 */
public final class Models {
  /** A version whose files are still to come. */
  public static final String PENDING = "PENDING_REGISTRATION";

  /** A version that may be used. */
  public static final String READY = "READY";

  private final Work work;

  public Models(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /** What is to be made. */
  public record Creation(String catalog, String schema, String name, Optional<String> comment) {}

  /** A version that is to be made. */
  public record VersionCreation(
      String model, Optional<String> source, Optional<String> runId, Optional<String> comment) {}

  /**
   * Makes a model without versions.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     ARGUMENT_INVALID
   */
  public Securable create(Caller caller, Creation creation) {
    SecurableName.valid(SecurableType.REGISTERED_MODEL, creation.name());
    return work.write(
        in -> {
          Securable schema =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      Action.CREATE_MODEL,
                      SecurableType.SCHEMA,
                      creation.catalog() + "." + creation.schema());
          UUID id = UUID.randomUUID();
          String place = SchemaObjects.managedPlace(in.state(), schema, "models", id);
          return work.add(
              in,
              caller,
              "createRegisteredModel",
              SchemaObjects.create(
                  id,
                  SecurableType.REGISTERED_MODEL,
                  schema.id(),
                  creation.name(),
                  creation.comment(),
                  new Model(place, List.of(), 0),
                  Work.stamp(in, caller)),
              Map.of());
        });
  }

  /**
   * Drops a model.
   *
   * @param force also with its versions
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_NOT_EMPTY
   */
  public void drop(Caller caller, String fullName, boolean force) {
    work.write(
        in -> {
          Securable model = require(in, caller, Action.DROP, fullName);
          if (!force && !model(model).versions().isEmpty()) {
            throw new CatalogException(
                ErrorCode.SECURABLE_NOT_EMPTY,
                SecurableType.REGISTERED_MODEL,
                "model %s has versions".formatted(fullName),
                "delete them first, or drop it with force");
          }
          work.drop(in, caller, "deleteRegisteredModel", model, false);
          return model;
        });
  }

  /**
   * Adds a version, with the number after the highest that there ever was.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public ModelVersion addVersion(Caller caller, VersionCreation creation) {
    return work.write(
        in -> {
          Securable model = require(in, caller, Action.CREATE_MODEL_VERSION, creation.model());
          Model before = model(model);
          long number = before.lastVersion() + 1;
          UUID id = UUID.randomUUID();
          Securable.Stamp stamp = Work.stamp(in, caller);
          ModelVersion version =
              new ModelVersion(
                  id,
                  number,
                  creation.source(),
                  creation.runId(),
                  PENDING,
                  creation.comment(),
                  before.location() + "/versions/" + id,
                  stamp,
                  stamp);
          List<ModelVersion> versions = new ArrayList<>(before.versions());
          versions.add(version);
          work.replace(
              in,
              caller,
              "createModelVersion",
              model.withDefinition(new Model(before.location(), versions, number), stamp),
              Map.of("version", Long.toString(number)));
          return version;
        });
  }

  /** A model that the caller may see, with its versions. */
  public Securable find(Caller caller, String fullName) {
    return work.gate()
        .require(work.state(), caller, Action.DESCRIBE, SecurableType.REGISTERED_MODEL, fullName);
  }

  /**
   * A version of a model that the caller may see.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public ModelVersion findVersion(Caller caller, String fullName, long number) {
    return version(find(caller, fullName), fullName, number);
  }

  /** Changes the comment of a version. */
  public ModelVersion comment(Caller caller, String fullName, long number, String comment) {
    return alter(
        caller,
        Action.ALTER,
        "updateModelVersion",
        fullName,
        number,
        before ->
            with(before, before.status(), Optional.of(comment).filter(text -> !text.isEmpty())));
  }

  /**
   * Says that the files of a version are there; may be said again.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public ModelVersion complete(Caller caller, String fullName, long number) {
    return alter(
        caller,
        Action.CREATE_MODEL_VERSION,
        "finalizeModelVersion",
        fullName,
        number,
        before -> with(before, READY, before.comment()));
  }

  /** Takes a version out; its number is not given again. */
  public void dropVersion(Caller caller, String fullName, long number) {
    work.write(
        in -> {
          Securable model = require(in, caller, Action.ALTER, fullName);
          version(model, fullName, number);
          Model before = model(model);
          List<ModelVersion> left =
              before.versions().stream().filter(each -> each.version() != number).toList();
          return work.replace(
              in,
              caller,
              "deleteModelVersion",
              model.withDefinition(
                  new Model(before.location(), left, before.lastVersion()), Work.stamp(in, caller)),
              Map.of("version", Long.toString(number)));
        });
  }

  private ModelVersion alter(
      Caller caller,
      Action needed,
      String action,
      String fullName,
      long number,
      Function<ModelVersion, ModelVersion> change) {
    return work.write(
        in -> {
          Securable model = require(in, caller, needed, fullName);
          Securable.Stamp stamp = Work.stamp(in, caller);
          ModelVersion changed = stamped(change.apply(version(model, fullName, number)), stamp);
          Model before = model(model);
          List<ModelVersion> versions =
              before.versions().stream()
                  .map(each -> each.version() == number ? changed : each)
                  .toList();
          work.replace(
              in,
              caller,
              action,
              model.withDefinition(
                  new Model(before.location(), versions, before.lastVersion()), stamp),
              Map.of("version", Long.toString(number)));
          return changed;
        });
  }

  private Securable require(Transaction in, Caller caller, Action action, String fullName) {
    return work.gate()
        .require(in.state(), caller, action, SecurableType.REGISTERED_MODEL, fullName);
  }

  private static Model model(Securable securable) {
    return (Model) securable.definition();
  }

  /**
   * One of a model's versions.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND
   */
  static ModelVersion version(Securable model, String fullName, long number) {
    return model(model).versions().stream()
        .filter(each -> each.version() == number)
        .findFirst()
        .orElseThrow(
            () ->
                CatalogException.notFound(
                    SecurableType.REGISTERED_MODEL, fullName + " version " + number));
  }

  private static ModelVersion with(ModelVersion before, String status, Optional<String> comment) {
    return new ModelVersion(
        before.id(),
        before.version(),
        before.source(),
        before.runId(),
        status,
        comment,
        before.location(),
        before.created(),
        before.updated());
  }

  private static ModelVersion stamped(ModelVersion changed, Securable.Stamp stamp) {
    return new ModelVersion(
        changed.id(),
        changed.version(),
        changed.source(),
        changed.runId(),
        changed.status(),
        changed.comment(),
        changed.location(),
        changed.created(),
        stamp);
  }
}
