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
    if (location.isPresent()) {
      work.gate().require(state, caller, action, location.get());
      return;
    }
    if (!state.isAdmin(caller.principal())) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          "%s is in no external location that you may use".formatted(place),
          "have a metastore admin make an external location there, and grant "
              + action.privilege().orElseThrow().wireName()
              + " on it");
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
