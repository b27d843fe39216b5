package io.millrace.catalog;

/**
 * Everything that can go wrong and that a person or a program can act on.
 *
 * <p>A code keeps its name and its exit code for ever; new ones are added at the end of their
 * group. Exit codes: 2 usage, 3 the project, 4 the data, 5 the surroundings, 6 a conflict with
 * other work, 7 access, 70 a fault of ours.
 */
public enum ErrorCode {
  // Usage: the command itself.
  OPTION_INVALID(2),
  CONFIG_INVALID(2),
  RETENTION_TOO_SHORT(2),

  // The project: files that a person wrote.
  PROJECT_NOT_FOUND(3),
  PROJECT_INVALID(3),
  VARIABLE_UNDEFINED(3),
  SQL_SYNTAX(3),
  SQL_UNSUPPORTED(3),
  DATASET_DUPLICATE(3),
  DATASET_NOT_FOUND(3),
  DATASET_CYCLE(3),
  COLUMN_NOT_FOUND(3),
  TYPE_MISMATCH(3),
  TYPE_UNSUPPORTED(3),
  PRIMARY_KEY_MISSING(3),
  PROPERTY_INVALID(3),

  // The data.
  EXPECTATION_FAILED(4),
  NOT_NULL_VIOLATED(4),
  SOURCE_GAP(4),
  VERIFICATION_FAILED(4),
  CHECK_VIOLATED(4),
  MERGE_AMBIGUOUS(4),

  // The surroundings: brokers, disks, ports.
  TOPIC_NOT_FOUND(5),
  BROKER_UNREACHABLE(5),
  DIRECTORY_UNWRITABLE(5),
  DISK_FULL(5),
  PORT_IN_USE(5),
  FILE_NOT_FOUND(5),
  IO_FAILED(5),
  STATE_CORRUPT(5),
  PIPELINE_FAILED(5),
  NOT_RUNNING(5),
  CATALOG_UNREACHABLE(5),

  // Conflicts with other work.
  ALREADY_RUNNING(6),
  STATE_BEHIND_TABLE(6),
  STATE_INCOMPATIBLE(6),
  SINK_FENCED(6),
  COMMIT_CONFLICT(6),
  TABLE_NOT_FOUND(6),
  TABLE_UNSUPPORTED(6),
  TABLE_CORRUPT(6),
  SCHEMA_CHANGED(6),

  // The catalog: who may do what, and what there is.
  ARGUMENT_INVALID(2),
  UNAUTHENTICATED(7),
  PERMISSION_DENIED(7),
  SECURABLE_NOT_FOUND(6),
  SECURABLE_EXISTS(6),
  SECURABLE_NOT_EMPTY(6),
  SECURABLE_CHANGED(6),
  LOCATION_OVERLAPS(6),
  PRINCIPAL_NOT_FOUND(6),
  PRINCIPAL_EXISTS(6),
  LIMIT_EXCEEDED(6),
  PRINCIPAL_IN_USE(6),
  TOKEN_NOT_FOUND(6),

  // Ours.
  INTERNAL(70);

  private final int exitCode;

  ErrorCode(int exitCode) {
    this.exitCode = exitCode;
  }

  /** What the process ends with when this is why it ends. */
  public int exitCode() {
    return exitCode;
  }
}
