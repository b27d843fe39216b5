package io.millrace.catalog.server.lineage;

import java.util.UUID;

/** Which versions of a dataset a run has written, the first and the last included. */
record LineageOutput(UUID run, UUID dataset, long firstVersion, long lastVersion) {

  LineageOutput with(long version) {
    return new LineageOutput(
        run, dataset, Math.min(firstVersion, version), Math.max(lastVersion, version));
  }

  boolean contains(long version) {
    return firstVersion <= version && version <= lastVersion;
  }
}
