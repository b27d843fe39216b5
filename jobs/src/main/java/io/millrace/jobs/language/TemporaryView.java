package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

/** {@code CREATE TEMPORARY VIEW}: a step that others read, computed once, not stored. */
public record TemporaryView(Declaration declaration) implements Dataset {
  public TemporaryView {
    requireNonNull(declaration, "declaration is null");
  }

  @Override
  public String kind() {
    return "temporary view";
  }

  @Override
  public boolean isStored() {
    return false;
  }
}
