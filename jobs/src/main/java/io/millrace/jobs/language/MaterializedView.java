package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

/**
 * {@code CREATE OR REFRESH MATERIALIZED VIEW}: a table that always holds the query's result.
 *
 * @param isPrivate {@code PRIVATE}: stored, but not shown to others
 */
public record MaterializedView(Declaration declaration, boolean isPrivate) implements Dataset {
  public MaterializedView {
    requireNonNull(declaration, "declaration is null");
  }

  @Override
  public String kind() {
    return "materialized view";
  }

  @Override
  public boolean isStored() {
    return true;
  }
}
