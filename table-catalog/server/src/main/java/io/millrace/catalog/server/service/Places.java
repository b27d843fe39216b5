package io.millrace.catalog.server.service;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Who may put data where: no two in one place, and outside only where that is allowed. */
final class Places {
  private Places() {}

  /**
   * A normalised place for a catalog's or schema's managed tables.
   *
   * @throws MillraceException ARGUMENT_INVALID, PERMISSION_DENIED, LOCATION_OVERLAPS
   */
  static String root(Work work, CatalogState state, Caller caller, String given) {
    String place = Location.normalize(given);
    requireAllowed(work, state, caller, Action.CREATE_MANAGED_STORAGE, place);
    requireFree(state, place);
    return place;
  }

  /** The nearest external location that a place lies in. */
  static Optional<Securable> location(CatalogState state, String place) {
    return state
        .children(state.metastore().id(), SecurableType.EXTERNAL_LOCATION, "")
        .filter(
            location -> {
              String url = ((Definition.ExternalLocation) location.definition()).url();
              return place.equals(url) || place.startsWith(url + "/");
            })
        .max(
            Comparator.comparingInt(
                location -> ((Definition.ExternalLocation) location.definition()).url().length()));
  }

  /**
   * Lets somebody use a place outside: by a privilege on the external location that it is in, and
   * where there is none only metastore admins.
   *
   * @throws MillraceException PERMISSION_DENIED
   */
  static void requireAllowed(
      Work work, CatalogState state, Caller caller, Action action, String place) {
    Optional<Securable> location = location(state, place);
    if (location.isPresent()
        && work.gate().allows(state, caller, Action.DESCRIBE, location.get())) {
      work.gate().require(state, caller, action, location.get());
      return;
    }
    caller.decided();
    if (location.isEmpty() && state.isAdmin(caller.principal())) {
      return;
    }
    throw outside(
        place,
        "have a metastore admin make an external location there, and grant "
            + action.privilege().orElseThrow().wireName()
            + " on it");
  }

  /** The same words whatever hidden thing has the place. */
  static MillraceException outside(String place, String remedy) {
    return new MillraceException(
        ErrorCode.PERMISSION_DENIED,
        "%s is in no external location that you may use".formatted(place),
        remedy);
  }

  /**
   * A normalised place for a table whose files others keep.
   *
   * @throws MillraceException ARGUMENT_INVALID, PERMISSION_DENIED, LOCATION_OVERLAPS
   */
  static String external(
      Work work, CatalogState state, Caller caller, Action action, String given) {
    String place = Location.normalize(given);
    requireFolder(place);
    requireAllowed(work, state, caller, action, place);
    requireFree(state, place);
    requireUnmanaged(state, place);
    return place;
  }

  private static void requireFolder(String place) {
    if (place.indexOf('/', place.indexOf("://") + "://".length()) < 0) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "%s is a whole bucket".formatted(place),
          "name a folder in it");
    }
  }

  /** Where the catalog itself gives out places: under the roots of metastore, catalogs, schemas. */
  static Stream<String> managedRoots(CatalogState state) {
    Securable metastore = state.metastore();
    Stream<String> below =
        state
            .children(metastore.id(), SecurableType.CATALOG, "")
            .flatMap(
                catalog ->
                    Stream.concat(
                        ((Definition.Catalog) catalog.definition()).storageRoot().stream(),
                        state
                            .children(catalog.id(), SecurableType.SCHEMA, "")
                            .flatMap(
                                schema ->
                                    ((Definition.Schema) schema.definition())
                                        .storageRoot().stream())));
    return Stream.concat(
        Stream.of(((Definition.Metastore) metastore.definition()).storageRoot()), below);
  }

  /**
   * Where a managed table or volume of a schema gets its place: its own root, or the next above.
   */
  static String managedRoot(CatalogState state, Securable schema) {
    Securable catalog = state.find(schema.parent()).orElseThrow();
    return ((Definition.Schema) schema.definition())
        .storageRoot()
        .or(((Definition.Catalog) catalog.definition())::storageRoot)
        .orElseGet(() -> ((Definition.Metastore) state.metastore().definition()).storageRoot());
  }

  /** Whether one place is the other, or one lies in the other. */
  static boolean overlap(String one, String other) {
    return one.equals(other) || one.startsWith(other + "/") || other.startsWith(one + "/");
  }

  /**
   * Checks that a place is not where the catalog gives out places.
   *
   * @throws MillraceException LOCATION_OVERLAPS
   */
  static void requireUnmanaged(CatalogState state, String place) {
    if (managedRoots(state).anyMatch(root -> overlap(root, place))) {
      throw new MillraceException(
          ErrorCode.LOCATION_OVERLAPS,
          "%s is in or around the place of managed tables".formatted(place),
          "choose a place outside, or make the table a managed one");
    }
  }

  /**
   * Checks that nothing has the place, lies in it, or around it.
   *
   * @throws MillraceException LOCATION_OVERLAPS, without saying what is there
   */
  static void requireFree(CatalogState state, String place) {
    if (state.atOrAbove(place).isPresent() || state.below(place).isPresent()) {
      throw new MillraceException(
          ErrorCode.LOCATION_OVERLAPS,
          "%s is in use, or lies in or around a place that is".formatted(place),
          "choose a place that no table, volume or model has");
    }
  }
}
