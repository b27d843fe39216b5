package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** By what places outside are reached. Holds no secret. Thread-safe. */
public final class StorageCredentials {
  private static final Pattern ROLE =
      Pattern.compile("arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}");

  private final Work work;

  public StorageCredentials(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * What is to be made.
   *
   * @param roleArn an AWS role; empty for local files, which need none
   */
  public record Creation(
      String name, Optional<String> comment, Optional<String> roleArn, boolean readOnly) {}

  /** What is to change; empty for what is to stay. */
  public record Alteration(
      Optional<String> name,
      Optional<String> comment,
      Optional<String> owner,
      Optional<String> roleArn) {}

  /**
   * Makes a storage credential.
   *
   * @throws MillraceException PERMISSION_DENIED, SECURABLE_EXISTS, ARGUMENT_INVALID
   */
  public Securable create(Caller caller, Creation creation) {
    SecurableName.valid(SecurableType.STORAGE_CREDENTIAL, creation.name());
    creation.roleArn().ifPresent(StorageCredentials::requireRole);
    return work.write(
        in -> {
          Securable root = in.state().metastore();
          work.gate().require(in.state(), caller, Action.CREATE_STORAGE_CREDENTIAL, root);
          Securable made =
              Securable.create(
                  SecurableType.STORAGE_CREDENTIAL,
                  root.id(),
                  creation.name(),
                  new Definition.StorageCredential(creation.roleArn(), creation.readOnly()),
                  Work.stamp(in, caller));
          return work.add(
              in,
              caller,
              "createCredential",
              made.withComment(creation.comment(), made.created()),
              Map.of());
        });
  }

  private static void requireRole(String arn) {
    if (!ROLE.matcher(arn).matches()) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "%s is no AWS role".formatted(SecurableName.shown(arn)),
          "use the form arn:aws:iam::123456789012:role/name");
    }
  }

  /** One that the caller may see. */
  public Securable find(Caller caller, String name) {
    return work.gate()
        .require(work.state(), caller, Action.DESCRIBE, SecurableType.STORAGE_CREDENTIAL, name);
  }

  /** Those that the caller may see. */
  public Page<Securable> list(Caller caller, Page.Request page) {
    CatalogState state = work.state();
    return work.visible(state, caller, state.metastore(), SecurableType.STORAGE_CREDENTIAL, page);
  }

  /**
   * Changes a storage credential.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     PRINCIPAL_NOT_FOUND, ARGUMENT_INVALID
   */
  public Securable alter(Caller caller, String name, Alteration alteration) {
    alteration
        .name()
        .ifPresent(changed -> SecurableName.valid(SecurableType.STORAGE_CREDENTIAL, changed));
    alteration.roleArn().ifPresent(StorageCredentials::requireRole);
    return work.write(
        in -> {
          boolean onlyOwner =
              alteration.owner().isPresent()
                  && alteration.name().isEmpty()
                  && alteration.comment().isEmpty()
                  && alteration.roleArn().isEmpty();
          Securable before =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      onlyOwner ? Action.CHANGE_OWNER : Action.ALTER,
                      SecurableType.STORAGE_CREDENTIAL,
                      name);
          Securable.Stamp now = Work.stamp(in, caller);
          Securable changed = before;
          if (alteration.name().isPresent()) {
            changed = changed.withName(alteration.name().get(), now);
          }
          if (alteration.comment().isPresent()) {
            changed =
                changed.withComment(alteration.comment().filter(text -> !text.isEmpty()), now);
          }
          if (alteration.roleArn().isPresent()) {
            // Another role reaches other places: that takes what making a credential takes.
            work.gate()
                .require(
                    in.state(), caller, Action.CREATE_STORAGE_CREDENTIAL, in.state().metastore());
            boolean readOnly = ((Definition.StorageCredential) before.definition()).readOnly();
            changed =
                changed.withDefinition(
                    new Definition.StorageCredential(alteration.roleArn(), readOnly), now);
          }
          changed = work.handOver(in, caller, changed, alteration.owner());
          return work.replace(
              in, caller, "updateCredential", changed, Map.of("before", before.name()));
        });
  }

  /**
   * Drops a storage credential.
   *
   * @param force also if external locations use it, which then give out nothing any more
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_NOT_EMPTY
   */
  public void drop(Caller caller, String name, boolean force) {
    work.write(
        in -> {
          Securable dropped =
              work.gate()
                  .require(in.state(), caller, Action.DROP, SecurableType.STORAGE_CREDENTIAL, name);
          boolean used =
              in.state()
                  .children(in.state().metastore().id(), SecurableType.EXTERNAL_LOCATION, "")
                  .anyMatch(
                      location ->
                          ((Definition.ExternalLocation) location.definition())
                              .credential()
                              .equals(dropped.id()));
          if (used && !force) {
            throw new CatalogException(
                ErrorCode.SECURABLE_NOT_EMPTY,
                SecurableType.STORAGE_CREDENTIAL,
                "an external location uses storage credential " + dropped.name(),
                "give the location another one, or drop this with force");
          }
          work.drop(in, caller, "deleteCredential", dropped, force);
          return dropped;
        });
  }
}
