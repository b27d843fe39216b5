package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** By what a dataset is known: a table of the catalog by its id, anything else by its name. */
public sealed interface DatasetRef {

  /** A securable; it stays the same one when it is renamed. */
  record Cataloged(UUID securable) implements DatasetRef {
    public Cataloged {
      requireNonNull(securable, "securable is null");
    }
  }

  /**
   * A Kafka topic, a path, or a table of another system, as OpenLineage names it.
   *
   * @param namespace such as {@code kafka://broker:9092} or {@code s3://bucket}
   * @param name such as {@code orders} or {@code raw/2026}
   */
  record Outside(String namespace, String name) implements DatasetRef {
    public Outside {
      requireNonNull(namespace, "namespace is null");
      requireNonNull(name, "name is null");
    }
  }
}
