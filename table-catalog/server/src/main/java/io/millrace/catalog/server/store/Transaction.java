package io.millrace.catalog.server.store;

import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/**
 * Changes that are made together or not at all, with what the audit log says of them. Nobody else
 * changes the catalog meanwhile, here or in another instance, so that what is checked against
 * {@link #state} holds. For the thread that was given it, until it returns.
 */
public interface Transaction {

  /** With the changes made so far. */
  CatalogState state();

  /** When the transaction began; the time of everything in it. */
  Instant now();

  /** Makes a change, which must fit the state. */
  void apply(Change change);

  /** The database, within the transaction, for what is not part of the state. */
  Handle handle();

  /** Adds a line to the audit log. */
  void audit(AuditEvent event);
}
