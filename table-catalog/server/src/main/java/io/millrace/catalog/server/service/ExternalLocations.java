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
import java.util.UUID;

/** Places outside that may be used, none of which lies in another. Thread-safe. */
public final class ExternalLocations {
  private final Work work;

  public ExternalLocations(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * What is to be made.
   *
   * @param credential name of the storage credential
   */
  public record Creation(String name, String url, String credential, Optional<String> comment) {}

  /** What is to change; empty for what is to stay. */
  public record Alteration(
      Optional<String> name,
      Optional<String> url,
      Optional<String> credential,
      Optional<String> comment,
      Optional<String> owner) {}

  /**
   * Makes an external location.
   *
   * @throws MillraceException PERMISSION_DENIED, SECURABLE_NOT_FOUND, SECURABLE_EXISTS,
   *     ARGUMENT_INVALID, LOCATION_OVERLAPS
   */
  public Securable create(Caller caller, Creation creation) {
    SecurableName.valid(SecurableType.EXTERNAL_LOCATION, creation.name());
    String url = Location.normalize(creation.url());
    return work.write(
        in -> {
          Securable root = in.state().metastore();
          work.gate().require(in.state(), caller, Action.CREATE_EXTERNAL_LOCATION, root);
          Securable credential = credential(in.state(), caller, creation.credential());
          Securable made =
              Securable.create(
                  SecurableType.EXTERNAL_LOCATION,
                  root.id(),
                  creation.name(),
                  new Definition.ExternalLocation(url, credential.id()),
                  Work.stamp(in, caller));
          requireFits(url, credential);
          requireAlone(in.state(), url, Optional.empty());
          return work.add(
              in,
              caller,
              "createExternalLocation",
              made.withComment(creation.comment(), made.created()),
              Map.of("url", url, "credential_name", credential.name()));
        });
  }

  /** A credential that the caller may point a location at. */
  private Securable credential(CatalogState state, Caller caller, String name) {
    return work.gate()
        .require(
            state,
            caller,
            // Metastore admins may make locations with every credential.
            state.isAdmin(caller.principal()) ? Action.DESCRIBE : Action.CREATE_EXTERNAL_LOCATION,
            SecurableType.STORAGE_CREDENTIAL,
            name);
  }

  private static void requireFits(String url, Securable credential) {
    Optional<String> role = ((Definition.StorageCredential) credential.definition()).roleArn();
    boolean fits = url.startsWith("file:") || (url.startsWith("s3:") && role.isPresent());
    if (!fits) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "storage credential %s does not reach %s".formatted(credential.name(), url),
          url.startsWith("s3:")
              ? "use a storage credential with an AWS role"
              : "use file: or s3: for external locations");
    }
  }

  private static void requireAlone(CatalogState state, String url, Optional<UUID> itself) {
    boolean overlaps =
        state
            .children(state.metastore().id(), SecurableType.EXTERNAL_LOCATION, "")
            .filter(other -> !Optional.of(other.id()).equals(itself))
            .anyMatch(
                other ->
                    Places.overlap(((Definition.ExternalLocation) other.definition()).url(), url));
    if (overlaps) {
      throw new MillraceException(
          ErrorCode.LOCATION_OVERLAPS,
          "%s is that of another external location, or lies in or around it".formatted(url),
          "use that one, or choose a place beside it");
    }
  }

  /** One that the caller may see. */
  public Securable find(Caller caller, String name) {
    return work.gate()
        .require(work.state(), caller, Action.DESCRIBE, SecurableType.EXTERNAL_LOCATION, name);
  }

  /** Those that the caller may see. */
  public Page<Securable> list(Caller caller, Page.Request page) {
    CatalogState state = work.state();
    return work.visible(state, caller, state.metastore(), SecurableType.EXTERNAL_LOCATION, page);
  }

  /**
   * Changes an external location.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     PRINCIPAL_NOT_FOUND, ARGUMENT_INVALID, LOCATION_OVERLAPS
   */
  public Securable alter(Caller caller, String name, Alteration alteration) {
    alteration
        .name()
        .ifPresent(changed -> SecurableName.valid(SecurableType.EXTERNAL_LOCATION, changed));
    Optional<String> url = alteration.url().map(Location::normalize);
    return work.write(
        in -> {
          boolean onlyOwner =
              alteration.owner().isPresent()
                  && alteration.name().isEmpty()
                  && url.isEmpty()
                  && alteration.credential().isEmpty()
                  && alteration.comment().isEmpty();
          Securable before =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      onlyOwner ? Action.CHANGE_OWNER : Action.ALTER,
                      SecurableType.EXTERNAL_LOCATION,
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
          if (url.isPresent() || alteration.credential().isPresent()) {
            changed =
                changed.withDefinition(
                    moved(in.state(), caller, before, url, alteration.credential()), now);
          }
          changed = work.handOver(in, caller, changed, alteration.owner());
          return work.replace(
              in, caller, "updateExternalLocation", changed, Map.of("before", before.name()));
        });
  }

  /** To point a location elsewhere takes what making one takes, or MANAGE would reach any place. */
  private Definition.ExternalLocation moved(
      CatalogState state,
      Caller caller,
      Securable before,
      Optional<String> url,
      Optional<String> credentialName) {
    work.gate().require(state, caller, Action.CREATE_EXTERNAL_LOCATION, state.metastore());
    Definition.ExternalLocation was = (Definition.ExternalLocation) before.definition();
    String place = url.orElse(was.url());
    String name =
        credentialName.orElseGet(
            () ->
                state
                    .find(was.credential())
                    .map(Securable::name)
                    .orElseThrow(
                        () ->
                            new MillraceException(
                                ErrorCode.ARGUMENT_INVALID,
                                "the storage credential of external location %s was dropped"
                                    .formatted(before.name()),
                                "name another one with credential_name")));
    Securable credential = credential(state, caller, name);
    requireFits(place, credential);
    requireAlone(state, place, Optional.of(before.id()));
    return new Definition.ExternalLocation(place, credential.id());
  }

  /**
   * Drops an external location.
   *
   * @param force also if tables lie in it, which stay
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_NOT_EMPTY
   */
  public void drop(Caller caller, String name, boolean force) {
    work.write(
        in -> {
          Securable dropped =
              work.gate()
                  .require(in.state(), caller, Action.DROP, SecurableType.EXTERNAL_LOCATION, name);
          String url = ((Definition.ExternalLocation) dropped.definition()).url();
          boolean used =
              in.state().atOrAbove(url).isPresent()
                  || in.state().below(url).isPresent()
                  || Places.managedRoots(in.state()).anyMatch(root -> Places.overlap(root, url));
          if (used && !force) {
            throw new CatalogException(
                ErrorCode.SECURABLE_NOT_EMPTY,
                SecurableType.EXTERNAL_LOCATION,
                "something lies in external location " + dropped.name(),
                "drop that first, or drop the location with force");
          }
          work.drop(in, caller, "deleteExternalLocation", dropped, force);
          return dropped;
        });
  }
}
