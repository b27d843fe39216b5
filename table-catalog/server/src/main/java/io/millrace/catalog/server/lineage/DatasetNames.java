package io.millrace.catalog.server.lineage;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Location;
import io.millrace.catalog.server.state.CatalogState;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * OpenLineage's names for datasets. A securable is {@code millrace://<metastore id>} and its full
 * name; it is also known by the place of its files, as engines name what they read by path.
 */
final class DatasetNames {
  private static final Set<String> STORES = Set.of("s3", "s3a", "s3n", "gs", "abfss", "file");

  private final CatalogState catalog;

  DatasetNames(CatalogState catalog) {
    this.catalog = catalog;
  }

  /** Namespace of all securables. */
  String namespace() {
    return "millrace://" + catalog.metastore().id();
  }

  /** The table that a name is of, or whose place it is. */
  Optional<Securable> securable(DatasetRef.Outside named) {
    if (named.namespace().equals(namespace())) {
      List<String> parts = Arrays.asList(named.name().split("\\.", -1));
      return parts.size() == SecurableType.TABLE.nameParts()
          ? catalog.find(SecurableType.TABLE, parts)
          : Optional.empty();
    }
    return location(named)
        .flatMap(
            location ->
                catalog
                    .atOrAbove(location)
                    .filter(
                        found ->
                            found.definition().ownLocation().filter(location::equals).isPresent()));
  }

  /** Where a dataset that is a path lies, as the catalog normalises places. */
  static Optional<String> location(DatasetRef.Outside named) {
    String namespace = named.namespace();
    int colon = namespace.indexOf(':');
    String scheme = colon < 0 ? namespace : namespace.substring(0, colon);
    if (!STORES.contains(scheme)) {
      return Optional.empty();
    }
    String store = scheme.equals("file") ? "file://" : namespace;
    try {
      return Optional.of(Location.normalize(store + "/" + escaped(named.name())));
    } catch (MillraceException e) {
      // A name that no place of the catalog can have.
      return Optional.empty();
    }
  }

  private static String escaped(String path) {
    if (path.indexOf('%') >= 0) {
      return path;
    }
    try {
      // Not two slashes at the start: what follows them is a host.
      return new URI(null, null, "/" + path.replaceFirst("^/+", ""), null).getRawPath();
    } catch (URISyntaxException e) {
      return path;
    }
  }
}
