package io.millrace.catalog.server.credential;

/** What is wanted with a place. */
public enum StorageAccess {
  READ,
  READ_WRITE
}
