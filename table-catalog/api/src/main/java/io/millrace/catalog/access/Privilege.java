package io.millrace.catalog.access;

import static io.millrace.catalog.access.SecurableType.CATALOG;
import static io.millrace.catalog.access.SecurableType.EXTERNAL_LOCATION;
import static io.millrace.catalog.access.SecurableType.FUNCTION;
import static io.millrace.catalog.access.SecurableType.METASTORE;
import static io.millrace.catalog.access.SecurableType.REGISTERED_MODEL;
import static io.millrace.catalog.access.SecurableType.SCHEMA;
import static io.millrace.catalog.access.SecurableType.STORAGE_CREDENTIAL;
import static io.millrace.catalog.access.SecurableType.TABLE;
import static io.millrace.catalog.access.SecurableType.VOLUME;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What can be granted, by the names that Databricks and Unity Catalog have for it. A privilege on a
 * catalog or schema holds for everything in it, now and later; one on the metastore holds there
 * only.
 *
 * <p>The order is part of stored grants: new ones are added at the end.
 */
public enum Privilege {
  CREATE_CATALOG(METASTORE),
  USE_CATALOG(CATALOG),
  CREATE_SCHEMA(CATALOG),
  USE_SCHEMA(CATALOG, SCHEMA),
  CREATE_TABLE(CATALOG, SCHEMA),
  SELECT(CATALOG, SCHEMA, TABLE),
  MODIFY(CATALOG, SCHEMA, TABLE),
  CREATE_FUNCTION(CATALOG, SCHEMA),
  EXECUTE(CATALOG, SCHEMA, FUNCTION, REGISTERED_MODEL),
  CREATE_VOLUME(CATALOG, SCHEMA),
  READ_VOLUME(CATALOG, SCHEMA, VOLUME),
  WRITE_VOLUME(CATALOG, SCHEMA, VOLUME),
  CREATE_MODEL(CATALOG, SCHEMA),
  CREATE_MODEL_VERSION(CATALOG, SCHEMA, REGISTERED_MODEL),
  CREATE_MATERIALIZED_VIEW(CATALOG, SCHEMA),
  REFRESH(CATALOG, SCHEMA, TABLE),
  CREATE_EXTERNAL_LOCATION(METASTORE, STORAGE_CREDENTIAL),
  CREATE_STORAGE_CREDENTIAL(METASTORE),
  READ_FILES(EXTERNAL_LOCATION, STORAGE_CREDENTIAL),
  WRITE_FILES(EXTERNAL_LOCATION, STORAGE_CREDENTIAL),
  CREATE_EXTERNAL_TABLE(EXTERNAL_LOCATION, STORAGE_CREDENTIAL),
  CREATE_EXTERNAL_VOLUME(EXTERNAL_LOCATION),
  CREATE_MANAGED_STORAGE(EXTERNAL_LOCATION),
  APPLY_TAG(CATALOG, SCHEMA, TABLE, VOLUME, FUNCTION, REGISTERED_MODEL),
  BROWSE(CATALOG, EXTERNAL_LOCATION),
  MANAGE(
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL),
  /** All of the above that apply, now and later, but for MANAGE. */
  ALL_PRIVILEGES(
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL);

  private final Set<SecurableType> grantableOn;

  Privilege(SecurableType first, SecurableType... more) {
    this.grantableOn = EnumSet.of(first, more);
  }

  /** Whether it may be granted on securables of a type. */
  public boolean appliesTo(SecurableType type) {
    return grantableOn.contains(type);
  }

  /** The name in SQL and in Unity Catalog's REST API: {@code USE CATALOG}. */
  public String wireName() {
    return name().replace('_', ' ');
  }

  /** Bit of this privilege in a set of them. */
  public long bit() {
    return 1L << ordinal();
  }

  /** The privilege of this name, with blanks or underscores, in any case. */
  public static Optional<Privilege> ofWireName(String name) {
    String wanted = name.strip().toUpperCase(Locale.ROOT).replace('_', ' ');
    return Arrays.stream(values())
        .filter(privilege -> privilege.wireName().equals(wanted))
        .findFirst();
  }
}
