package io.millrace.delta.dml;

/** What becomes of a row that a statement found. The codes are what a job's rows say. */
public enum ChangeKind {
  /** A row of the table that has a partner in the source, and that no clause applies to. */
  NONE(0, false, false),
  /** A row of the table is replaced. */
  UPDATE(1, true, true),
  /** A row of the table is removed. */
  DELETE(2, true, false),
  /** A row comes new into the table. */
  INSERT(3, false, true),
  /** A row of the table is replaced because the source has no partner for it. */
  SOURCELESS_UPDATE(4, true, true),
  /** A row of the table is removed because the source has no partner for it. */
  SOURCELESS_DELETE(5, true, false);

  private static final ChangeKind[] BY_CODE = values();

  private final int code;
  private final boolean removes;
  private final boolean writes;

  ChangeKind(int code, boolean removes, boolean writes) {
    this.code = code;
    this.removes = removes;
    this.writes = writes;
  }

  int code() {
    return code;
  }

  /** True if the row leaves the place where it was. */
  boolean removes() {
    return removes;
  }

  /** True if a row is written. */
  boolean writes() {
    return writes;
  }

  static ChangeKind of(int code) {
    return BY_CODE[code];
  }
}
