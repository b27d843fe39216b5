package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jdbi.v3.core.Handle;

/** Reads the whole catalog, in one transaction. */
final class StateLoader {
  /** PostgreSQL's driver would hold all rows at once. */
  private static final int ROWS = 10_000;

  private StateLoader() {}

  /**
   * @throws MillraceException STATE_CORRUPT if what is there does not make a catalog
   */
  static CatalogState load(Handle handle) {
    try {
      return read(handle);
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw corrupt(e);
    } catch (MillraceException e) {
      throw e.code() == ErrorCode.STATE_CORRUPT ? e : corrupt(e);
    }
  }

  private static MillraceException corrupt(RuntimeException e) {
    return new MillraceException(
        ErrorCode.STATE_CORRUPT,
        "the catalog's database holds what does not fit together: "
            + (e instanceof MillraceException known ? known.problem() : e.getMessage()),
        "restore the database from a backup, and let nothing else write to it",
        e);
  }

  private static CatalogState read(Handle handle) {
    CatalogState.Loader loader = CatalogState.loader();
    long version =
        handle
            .createQuery("SELECT version FROM catalog_version WHERE id = 1")
            .mapTo(Long.class)
            .one();
    // Their text is read here, and understood beside what follows.
    List<String> bodies =
        handle
            .createQuery("SELECT body FROM securable")
            .setFetchSize(ROWS)
            .mapTo(String.class)
            .list();
    CompletableFuture<List<Securable>> securables =
        CompletableFuture.supplyAsync(() -> bodies.stream().map(CatalogJson::securable).toList());
    handle
        .createQuery("SELECT body FROM principal")
        .mapTo(String.class)
        .forEach(body -> loader.principal(CatalogJson.principal(body)));
    handle
        .createQuery("SELECT group_id, member FROM membership")
        .map((row, context) -> new UUID[] {Columns.id(row, 1), Columns.id(row, 2)})
        .forEach(pair -> loader.member(pair[0], pair[1]));
    handle
        .createQuery("SELECT body FROM token")
        .mapTo(String.class)
        .forEach(body -> loader.token(CatalogJson.token(body)));
    handle
        .createQuery("SELECT securable, principal, privileges FROM permission")
        .setFetchSize(ROWS)
        .scanResultSet(
            (rows, context) -> {
              grants(rows.get(), loader);
              return loader;
            });
    try {
      securables.join().forEach(loader::securable);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    return loader.load(version);
  }

  /** A million rows have a few dozen different texts. */
  private static void grants(ResultSet rows, CatalogState.Loader loader) throws SQLException {
    Map<String, Set<Privilege>> known = new HashMap<>();
    while (rows.next()) {
      loader.grant(
          Columns.id(rows, 1),
          Columns.id(rows, 2),
          known.computeIfAbsent(rows.getString(3), StateLoader::privileges));
    }
  }

  private static Set<Privilege> privileges(String text) {
    Set<Privilege> privileges = EnumSet.noneOf(Privilege.class);
    for (String name : text.split(",")) {
      privileges.add(Privilege.valueOf(name));
    }
    return privileges;
  }
}
