package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.Columns;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Places for managed tables that are not there yet: whoever is given one writes a table's files
 * into it and then makes the table there, which has both appear at once. A place that nobody made a
 * table of is given up after {@link #VALIDITY}; what was written into it stays. Thread-safe.
 */
public final class StagingTables {
  /** How long a place waits for its table. */
  public static final Duration VALIDITY = Duration.ofHours(24);

  /** Where in a storage root the places lie. */
  static final String FOLDER = "/tables";

  private final Work work;

  public StagingTables(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * A place that was given out.
   *
   * @param id that the table will have
   * @param foldedName of the table to be
   * @param owner who asked for it, and nobody else may make the table
   */
  public record StagingTable(
      UUID id, UUID schema, String foldedName, String location, UUID owner) {}

  private static final RowMapper<StagingTable> ROW =
      (row, context) ->
          new StagingTable(
              Columns.id(row, 1),
              Columns.id(row, 2),
              row.getString(3),
              row.getString(4),
              Columns.id(row, 5));

  /**
   * Gives out a place for a table that the caller may make.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     ARGUMENT_INVALID
   */
  public StagingTable create(Caller caller, String catalog, String schema, String name) {
    SecurableName.valid(SecurableType.TABLE, name);
    return work.write(
        in -> {
          Securable parent =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      Action.CREATE_TABLE,
                      SecurableType.SCHEMA,
                      catalog + "." + schema);
          if (in.state().find(parent.id(), SecurableType.TABLE, name).isPresent()) {
            throw CatalogException.exists(
                SecurableType.TABLE, in.state().fullName(parent) + "." + name);
          }
          UUID id = UUID.randomUUID();
          StagingTable made =
              new StagingTable(
                  id,
                  parent.id(),
                  CatalogState.folded(name),
                  Places.managedRoot(in.state(), parent) + FOLDER + "/" + id,
                  caller.principal());
          in.handle()
              .execute(
                  "DELETE FROM staging_table WHERE created_at <= ?",
                  MetadataStore.time(in.now().minus(VALIDITY)));
          in.handle()
              .execute(
                  "INSERT INTO staging_table"
                      + " (id, schema_id, folded_name, location, owner, created_at)"
                      + " VALUES (?, ?, ?, ?, ?, ?)",
                  made.id(),
                  made.schema(),
                  made.foldedName(),
                  made.location(),
                  made.owner(),
                  MetadataStore.time(in.now()));
          work.audit(in, caller, "createStagingTable", parent, Map.of("name", name));
          return made;
        });
  }

  /** One that waits for its table still. */
  public Optional<StagingTable> find(UUID id) {
    return work.database()
        .jdbi()
        .withHandle(handle -> select(handle, "id = ?", id, work.clock().instant()));
  }

  /** The one whose place this is, or whose place it is in. */
  Optional<StagingTable> atOrAbove(String location) {
    return work.database()
        .jdbi()
        .withHandle(
            handle ->
                select(
                    handle,
                    "(location = ? OR SUBSTR(?, 1, LENGTH(location) + 1) = location || '/')",
                    new Object[] {location, location},
                    work.clock().instant()));
  }

  private static Optional<StagingTable> select(
      Handle handle, String condition, Object value, Instant now) {
    return select(handle, condition, new Object[] {value}, now);
  }

  private static Optional<StagingTable> select(
      Handle handle, String condition, Object[] values, Instant now) {
    Object[] bound = Arrays.copyOf(values, values.length + 1);
    bound[values.length] = MetadataStore.time(now.minus(VALIDITY));
    return handle
        .select(
            "SELECT id, schema_id, folded_name, location, owner FROM staging_table WHERE "
                + condition
                + " AND created_at > ?",
            bound)
        .map(ROW)
        .findFirst();
  }

  /** Whether a place was given out, in a transaction. */
  static boolean isStaged(Transaction in, String location) {
    return select(in.handle(), "location = ?", location, in.now()).isPresent();
  }

  /**
   * Takes a place for a table that is made in the same transaction.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID
   */
  static StagingTable claim(
      Transaction in, Caller caller, Securable schema, String name, String location) {
    StagingTable staged =
        select(in.handle(), "location = ?", location, in.now())
            .orElseThrow(
                () ->
                    new CatalogException(
                        ErrorCode.SECURABLE_NOT_FOUND,
                        SecurableType.TABLE,
                        "no managed table is to be made at " + location,
                        "ask for a place with POST /staging-tables, write the table there, and make"
                            + " it within %d hours".formatted(VALIDITY.toHours())));
    if (!staged.owner().equals(caller.principal())) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          "%s was given to somebody else".formatted(location),
          "ask for a place of your own with POST /staging-tables");
    }
    if (!staged.schema().equals(schema.id())
        || !staged.foldedName().equals(CatalogState.folded(name))) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "%s was given for another table than %s.%s"
              .formatted(location, in.state().fullName(schema), name),
          "make the table that it was asked for");
    }
    in.handle().execute("DELETE FROM staging_table WHERE id = ?", staged.id());
    return staged;
  }
}
