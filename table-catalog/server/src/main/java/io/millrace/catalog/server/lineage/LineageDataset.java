package io.millrace.catalog.server.lineage;

import java.util.UUID;

/**
 * A dataset that something was said of.
 *
 * @param lastName full name of a securable when it was last heard of, for when it is gone
 */
record LineageDataset(UUID id, DatasetRef ref, String lastName) {}
