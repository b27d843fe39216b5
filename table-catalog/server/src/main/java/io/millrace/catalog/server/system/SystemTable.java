package io.millrace.catalog.server.system;

import io.millrace.catalog.server.service.Caller;
import java.util.List;
import java.util.Optional;

/** A table that is computed when it is read, for each viewer what that one may see. Thread-safe. */
public interface SystemTable {

  /** {@code access} or {@code information_schema}. */
  String schema();

  String name();

  List<SystemColumn> columns();

  /**
   * Some rows.
   *
   * @param token of the page before; empty for the first
   */
  SystemPage rows(Caller viewer, SystemFilter filter, int rowsMax, Optional<String> token);
}
