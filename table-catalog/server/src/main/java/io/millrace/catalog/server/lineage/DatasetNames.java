package io.millrace.catalog.server.lineage;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * OpenLineage's names for datasets. A securable is {@code millrace://<metastore id>} and its full
 * name; it is also known by the place of its files, as engines name what they read by path.
 */
final class DatasetNames {
  private static final Set<String> STORES =
      Set.of("s3", "s3a", "gs", "abfs", "abfss", "wasbs", "hdfs", "file");

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
    String path = strip(named.name());
    if (scheme.equals("file")) {
      return Optional.of("file:///" + path);
    }
    String store = namespace.startsWith("s3a:") ? "s3:" + namespace.substring(4) : namespace;
    while (store.endsWith("/")) {
      store = store.substring(0, store.length() - 1);
    }
    return Optional.of(path.isEmpty() ? store : store + "/" + path);
  }

  private static String strip(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }
}
