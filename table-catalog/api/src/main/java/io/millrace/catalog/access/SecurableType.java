package io.millrace.catalog.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What privileges are granted on. Views, materialized views and streaming tables are tables, as in
 * Unity Catalog.
 */
public enum SecurableType {
  METASTORE("metastore", 0),
  CATALOG("catalog", 1),
  SCHEMA("schema", 2),
  TABLE("table", 3),
  VOLUME("volume", 3),
  FUNCTION("function", 3),
  REGISTERED_MODEL("registered_model", 3),
  EXTERNAL_LOCATION("external_location", 1),
  STORAGE_CREDENTIAL("credential", 1);

  private final String wireName;
  private final int nameParts;

  SecurableType(String wireName, int nameParts) {
    this.wireName = wireName;
    this.nameParts = nameParts;
  }

  /** The name in paths and JSON of Unity Catalog's REST API, such as {@code registered_model}. */
  public String wireName() {
    return wireName;
  }

  /** How many parts a full name has: three for {@code catalog.schema.table}. */
  public int nameParts() {
    return nameParts;
  }

  /** As people read it: {@code registered model}. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Whether securables of this type lie in others that are not the metastore. */
  public boolean isContained() {
    return nameParts > 1;
  }

  /** The type with this name in Unity Catalog's REST API. */
  public static Optional<SecurableType> ofWireName(String name) {
    return Arrays.stream(values()).filter(type -> type.wireName.equals(name)).findFirst();
  }
}
