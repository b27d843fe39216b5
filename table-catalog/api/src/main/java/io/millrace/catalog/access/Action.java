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

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What somebody wants to do with a securable; each is allowed in one way, see {@link Kind}. */
public enum Action {
  /** Learn that it is there, and what it is: columns, comments, properties, lineage. */
  DESCRIBE(
      Kind.SEE,
      null,
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL),

  SELECT(Kind.DATA, Privilege.SELECT, TABLE),
  MODIFY(Kind.DATA, Privilege.MODIFY, TABLE),
  REFRESH(Kind.DATA, Privilege.REFRESH, TABLE),
  EXECUTE(Kind.DATA, Privilege.EXECUTE, FUNCTION, REGISTERED_MODEL),
  READ_VOLUME(Kind.DATA, Privilege.READ_VOLUME, VOLUME),
  WRITE_VOLUME(Kind.DATA, Privilege.WRITE_VOLUME, VOLUME),
  READ_FILES(Kind.DATA, Privilege.READ_FILES, EXTERNAL_LOCATION, STORAGE_CREDENTIAL),
  WRITE_FILES(Kind.DATA, Privilege.WRITE_FILES, EXTERNAL_LOCATION, STORAGE_CREDENTIAL),
  CREATE_MODEL_VERSION(Kind.DATA, Privilege.CREATE_MODEL_VERSION, REGISTERED_MODEL),

  CREATE_CATALOG(Kind.CREATE, Privilege.CREATE_CATALOG, METASTORE),
  CREATE_SCHEMA(Kind.CREATE, Privilege.CREATE_SCHEMA, CATALOG),
  CREATE_TABLE(Kind.CREATE, Privilege.CREATE_TABLE, SCHEMA),
  CREATE_MATERIALIZED_VIEW(Kind.CREATE, Privilege.CREATE_MATERIALIZED_VIEW, SCHEMA),
  CREATE_VOLUME(Kind.CREATE, Privilege.CREATE_VOLUME, SCHEMA),
  CREATE_FUNCTION(Kind.CREATE, Privilege.CREATE_FUNCTION, SCHEMA),
  CREATE_MODEL(Kind.CREATE, Privilege.CREATE_MODEL, SCHEMA),
  CREATE_EXTERNAL_LOCATION(
      Kind.CREATE, Privilege.CREATE_EXTERNAL_LOCATION, METASTORE, STORAGE_CREDENTIAL),
  CREATE_STORAGE_CREDENTIAL(Kind.CREATE, Privilege.CREATE_STORAGE_CREDENTIAL, METASTORE),
  CREATE_EXTERNAL_TABLE(
      Kind.CREATE, Privilege.CREATE_EXTERNAL_TABLE, EXTERNAL_LOCATION, STORAGE_CREDENTIAL),
  CREATE_EXTERNAL_VOLUME(Kind.CREATE, Privilege.CREATE_EXTERNAL_VOLUME, EXTERNAL_LOCATION),
  CREATE_MANAGED_STORAGE(Kind.CREATE, Privilege.CREATE_MANAGED_STORAGE, EXTERNAL_LOCATION),

  APPLY_TAG(
      Kind.TAG, Privilege.APPLY_TAG, CATALOG, SCHEMA, TABLE, VOLUME, FUNCTION, REGISTERED_MODEL),

  /** Change comments, properties, columns, constraints, filters and masks; rename. */
  ALTER(
      Kind.MANAGE,
      null,
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL),
  DROP(
      Kind.MANAGE,
      null,
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL),
  /** Grant and revoke, and see everybody's grants. */
  GRANT(
      Kind.GRANT,
      null,
      METASTORE,
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL),
  CHANGE_OWNER(
      Kind.GRANT,
      null,
      CATALOG,
      SCHEMA,
      TABLE,
      VOLUME,
      FUNCTION,
      REGISTERED_MODEL,
      EXTERNAL_LOCATION,
      STORAGE_CREDENTIAL),

  /** Users, groups, service principals, other people's tokens. */
  MANAGE_PRINCIPALS(Kind.ADMINISTER, null, METASTORE),
  /** The audit log, and lineage and freshness of everything. */
  READ_AUDIT(Kind.ADMINISTER, null, METASTORE);

  /**
   * How an action comes to be allowed. Containers must be usable, by USE CATALOG and USE SCHEMA,
   * but where it says otherwise.
   */
  public enum Kind {
    /**
     * Any privilege on it; and, whether or not its containers are usable, MANAGE, BROWSE, ownership
     * of it or of what it is in, and metastore admins.
     */
    SEE,
    /** The privilege, on it or on what it is in; ownership of it, and of nothing else. */
    DATA,
    /**
     * The privilege on the container; ownership of the container or of what that is in. The
     * container itself must be usable, too. On the metastore: the privilege, and its admins.
     */
    CREATE,
    /** The privilege, MANAGE, or ownership of it or of what it is in. */
    TAG,
    /** MANAGE, or ownership of it or of what it is in. */
    MANAGE,
    /** As MANAGE; and metastore admins, whether or not containers are usable. */
    GRANT,
    /** Metastore admins. */
    ADMINISTER
  }

  private final Kind kind;
  private final @Nullable Privilege privilege;
  private final Set<SecurableType> types;

  Action(Kind kind, @Nullable Privilege privilege, SecurableType first, SecurableType... more) {
    this.kind = kind;
    this.privilege = privilege;
    this.types = EnumSet.of(first, more);
  }

  public Kind kind() {
    return kind;
  }

  /** The privilege by which it is granted; empty where only ownership and MANAGE count. */
  public Optional<Privilege> privilege() {
    return Optional.ofNullable(privilege);
  }

  public boolean appliesTo(SecurableType type) {
    return types.contains(type);
  }
}
