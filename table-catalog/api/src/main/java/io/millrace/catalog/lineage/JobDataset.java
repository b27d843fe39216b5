package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

/**
 * What a running job reads or writes, as its connector calls it.
 *
 * @param namespace store, such as {@code kafka://host:9092} or {@code file}; empty if the connector
 *     does not say; without user names, passwords and queries
 * @param name of the table, topic or folder
 */
public record JobDataset(String namespace, String name) {
  public JobDataset {
    requireNonNull(namespace, "namespace is null");
    requireNonNull(name, "name is null");
  }
}
