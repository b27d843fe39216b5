package io.millrace.delta.procedure;

/** Where the tables lie that procedures are called with. */
@FunctionalInterface
public interface TablePaths {
  /**
   * Folder of a table.
   *
   * @param table {@code table} or {@code database.table}
   * @throws io.millrace.catalog.MillraceException TABLE_NOT_FOUND, OPTION_INVALID
   */
  String find(String table);
}
