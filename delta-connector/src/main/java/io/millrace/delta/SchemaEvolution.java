package io.millrace.delta;

/** What a writer may change about the schema of a table so that its rows fit. */
public enum SchemaEvolution {
  /** Nothing: rows that do not fit are refused. */
  NONE,
  /** New nullable columns, also within structs, come after those that are there. */
  ADD,
  /**
   * As {@link #ADD}; and a column becomes of a wider type, such as BIGINT after INT, if the table
   * has the property {@code delta.enableTypeWidening}.
   */
  WIDEN;

  /** True if new columns may be added. */
  public boolean adds() {
    return this != NONE;
  }

  /** True if types may become wider. */
  public boolean widens() {
    return this == WIDEN;
  }
}
