package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

/**
 * {@code CREATE OR REFRESH STREAMING TABLE}: a table that a stream of rows is added to.
 *
 * @param isPrivate {@code PRIVATE}: stored, but not shown to others
 */
public record StreamingTable(Declaration declaration, boolean isPrivate) implements Dataset {
  public StreamingTable {
    requireNonNull(declaration, "declaration is null");
  }

  @Override
  public String kind() {
    return "streaming table";
  }

  @Override
  public boolean isStored() {
    return true;
  }
}
