package io.millrace.catalog.lineage;

/** How a column has a part in another one, in the words of OpenLineage. */
public enum Transformation {
  /** Its value is there, unchanged. */
  IDENTITY(Kind.DIRECT),
  /** Values are computed from its values. */
  TRANSFORMATION(Kind.DIRECT),
  /** Values are computed from its values in several rows. */
  AGGREGATION(Kind.DIRECT),
  /** It decides which rows meet. */
  JOIN(Kind.INDIRECT),
  /** It decides which rows there are. */
  FILTER(Kind.INDIRECT),
  /** It decides which rows become one. */
  GROUP_BY(Kind.INDIRECT),
  /** It decides their order, and with it which are the first. */
  SORT(Kind.INDIRECT),
  /** It decides which rows a window has. */
  WINDOW(Kind.INDIRECT),
  /** It decides which of several values is taken. */
  CONDITIONAL(Kind.INDIRECT);

  /** Whether the value of the column is in the result, or only decides about it. */
  public enum Kind {
    DIRECT,
    INDIRECT
  }

  private final Kind kind;

  Transformation(Kind kind) {
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  public boolean isDirect() {
    return kind == Kind.DIRECT;
  }
}
