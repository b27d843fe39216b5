package io.millrace.catalog.flink.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;

/** A server's answer that it did not do what it was asked. */
public final class ServerRefusal extends MillraceException {
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final int status;
  private final String serverCode;

  /**
   * @param server where it is, for people
   * @param asked method and path
   * @param status of the answer
   * @param serverCode the answer's {@code error_code}; empty if it had none
   * @param message the answer's own words
   */
  ServerRefusal(String server, String asked, int status, String serverCode, String message) {
    super(
        code(status, serverCode),
        "%s (%s to %s at %s)"
            .formatted(
                message.isBlank() ? "the catalog answered with status " + status : message,
                serverCode.isEmpty() ? "HTTP " + status : serverCode,
                asked,
                server),
        remedy(code(status, serverCode)));
    this.status = status;
    this.serverCode = requireNonNull(serverCode, "serverCode is null");
  }

  private static ErrorCode code(int status, String serverCode) {
    if (serverCode.endsWith("ALREADY_EXISTS")) {
      return ErrorCode.SECURABLE_EXISTS;
    }
    return switch (status) {
      case 400 ->
          serverCode.equals("FAILED_PRECONDITION")
              ? ErrorCode.SECURABLE_NOT_EMPTY
              : ErrorCode.ARGUMENT_INVALID;
      case 401 -> ErrorCode.UNAUTHENTICATED;
      case 403 -> ErrorCode.PERMISSION_DENIED;
      case NOT_FOUND -> ErrorCode.SECURABLE_NOT_FOUND;
      case 409 -> ErrorCode.SECURABLE_CHANGED;
      case 413, 429 -> ErrorCode.LIMIT_EXCEEDED;
      default -> status < 500 ? ErrorCode.ARGUMENT_INVALID : ErrorCode.CATALOG_UNREACHABLE;
    };
  }

  private static String remedy(ErrorCode code) {
    return switch (code) {
      case UNAUTHENTICATED ->
          "give the catalog a valid token: option 'token-file', or the environment variable "
              + TokenSource.VARIABLE;
      case PERMISSION_DENIED -> "ask an owner for the privilege; CALL `system`.why(…) tells which";
      case SECURABLE_NOT_FOUND -> "check the name, and whether you may see what it names";
      case SECURABLE_EXISTS -> "choose another name";
      case SECURABLE_NOT_EMPTY -> "drop what is in it first, or CASCADE";
      case CATALOG_UNREACHABLE -> "try again, and look into the log of the catalog server";
      case LIMIT_EXCEEDED -> "try again later, or ask for less";
      default -> "correct the statement";
    };
  }

  public int status() {
    return status;
  }

  /** The server's own code, such as {@code TABLE_NOT_FOUND}; empty if it gave none. */
  public String serverCode() {
    return serverCode;
  }

  /** Whether what was asked about is not there, or is not for the caller to see. */
  public boolean isNotFound(String what) {
    return status == NOT_FOUND && serverCode.equals(what + "_NOT_FOUND");
  }

  /** Whether the server has nothing at the path at all, so that it does not know the call. */
  public boolean isUnknownCall() {
    return status == METHOD_NOT_ALLOWED
        || (status == NOT_FOUND && (serverCode.isEmpty() || serverCode.equals("NOT_FOUND")));
  }
}
